//! From the syntax tree of `hcl-edit` to ours: spans become offsets, layout is forgotten, templates are taken apart.

use super::expr::{
    Argument, At, Binary, Block, Body, Call, Expr, ExprKind, For, Key, Part, Step, Unary,
};
use crate::observed::tree::clamp;
use hcl_edit::Span;
use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator,
    UnaryOperator,
};
use hcl_edit::structure::{BlockLabel, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};
use std::ops::Range;
use std::rc::Rc;

/// How spans of a parsed text become offsets in the module's files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shift {
    /// The text stands in the files as it is, from this offset on.
    By(u32),
    /// The text was written otherwise, within these bytes.
    Within(At),
}

impl Shift {
    pub(super) fn at(self, span: Option<Range<usize>>) -> At {
        match self {
            Self::By(base) => {
                let span = span.unwrap_or_default();
                At {
                    start: base + clamp(span.start),
                    end: base + clamp(span.end),
                }
            }
            Self::Within(at) => at,
        }
    }

    /// A body, such as a file.
    pub(super) fn body(self, body: &hcl_edit::structure::Body) -> Body {
        let mut lowered = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => lowered.arguments.push(Argument {
                    name: attribute.key.as_str().into(),
                    name_at: self.at(attribute.key.span()),
                    value: Rc::new(self.expression(&attribute.value)),
                }),
                Structure::Block(block) => lowered.blocks.push(self.block(block)),
            }
        }
        lowered
    }

    fn block(self, block: &hcl_edit::structure::Block) -> Block {
        let kind_at = self.at(block.ident.span());
        let label_end = block.labels.last().and_then(|label| match label {
            BlockLabel::Ident(label) => label.span(),
            BlockLabel::String(label) => label.span(),
        });
        let head_end = label_end.map_or(kind_at.end, |span| self.at(Some(span)).end);
        Block {
            kind: block.ident.as_str().into(),
            labels: block
                .labels
                .iter()
                .map(|label| label.as_str().into())
                .collect(),
            body: self.body(&block.body),
            at: self.at(block.span()),
            head: At {
                start: kind_at.start,
                end: head_end,
            },
        }
    }

    /// An expression.
    pub(super) fn expression(self, expression: &Expression) -> Expr {
        let at = self.at(expression.span());
        let boxed = |expression| Box::new(self.expression(expression));
        let kind = match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => ExprKind::Number(number.value().to_string().into()),
            // The place of a text is what stands between its quotes.
            Expression::String(text) => {
                ExprKind::Template(vec![Part::Text(text.as_str().into(), inside(at))])
            }
            Expression::Array(items) => {
                ExprKind::List(items.iter().map(|item| self.expression(item)).collect())
            }
            Expression::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(key, value)| (self.key(key), self.expression(value.expr())));
                ExprKind::Object(members.collect())
            }
            Expression::StringTemplate(template) => {
                ExprKind::Template(self.elements(template.iter()))
            }
            Expression::HeredocTemplate(heredoc) => {
                ExprKind::Template(self.template(&heredoc.template))
            }
            Expression::Parenthesis(inner) => return self.expression(inner.inner()),
            Expression::Variable(name) => ExprKind::Name(name.as_str().into()),
            Expression::Conditional(conditional) => ExprKind::Conditional(Box::new([
                self.expression(&conditional.cond_expr),
                self.expression(&conditional.true_expr),
                self.expression(&conditional.false_expr),
            ])),
            Expression::FuncCall(call) => ExprKind::Call(self.call(call)),
            Expression::Traversal(traversal) => return self.traversal(traversal, at),
            Expression::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    UnaryOperator::Not => Unary::Not,
                    UnaryOperator::Neg => Unary::Negative,
                };
                ExprKind::Unary(operator, boxed(&operation.expr))
            }
            Expression::BinaryOp(operation) => ExprKind::Binary(
                binary(*operation.operator.value()),
                Box::new([
                    self.expression(&operation.lhs_expr),
                    self.expression(&operation.rhs_expr),
                ]),
            ),
            Expression::ForExpr(made) => ExprKind::For(Box::new(self.made(made))),
        };
        Expr { at, kind }
    }

    fn key(self, key: &ObjectKey) -> Key {
        match key {
            ObjectKey::Ident(name) => Key::Name(name.as_str().into(), self.at(name.span())),
            // A name alone is the key itself, and not a variable.
            ObjectKey::Expression(Expression::Variable(name)) => {
                Key::Name(name.as_str().into(), self.at(name.span()))
            }
            ObjectKey::Expression(expression) => Key::Expr(Box::new(self.expression(expression))),
        }
    }

    fn call(self, call: &FuncCall) -> Call {
        let mut name = String::new();
        for space in &call.name.namespace {
            name.push_str(space.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        // OpenTofu and Terraform have their own functions under `core::`, too.
        let name = name.strip_prefix("core::").unwrap_or(&name).into();
        let arguments = call.args.iter();
        Call {
            name,
            arguments: arguments
                .map(|argument| self.expression(argument))
                .collect(),
            spread: call.args.expand_final(),
        }
    }

    fn made(self, made: &ForExpr) -> For {
        let intro = &made.intro;
        For {
            key_name: intro.key_var.as_ref().map(|name| name.as_str().into()),
            value_name: intro.value_var.as_str().into(),
            collection: self.expression(&intro.collection_expr),
            key: made.key_expr.as_ref().map(|key| self.expression(key)),
            value: self.expression(&made.value_expr),
            gathered: made.grouping,
            condition: made
                .cond
                .as_ref()
                .map(|condition| self.expression(&condition.expr)),
        }
    }

    fn traversal(self, traversal: &Traversal, at: At) -> Expr {
        let mut expression = self.expression(&traversal.expr);
        // A splat takes the steps that follow it.
        let mut steps: Option<Vec<Step>> = None;
        for operator in &traversal.operators {
            let here = self.at(operator.span());
            let at = At {
                end: here.end.max(at.start),
                ..at
            };
            let step = match operator.value() {
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
                TraversalOperator::GetAttr(name) => Step::Get(name.as_str().into()),
                TraversalOperator::Index(index) => Step::Index(self.expression(index)),
                TraversalOperator::LegacyIndex(index) => Step::Index(Expr {
                    at: here,
                    kind: ExprKind::Number(index.value().to_string().into()),
                }),
            };
            if let Some(steps) = &mut steps {
                steps.push(step);
                continue;
            }
            let kind = match step {
                Step::Splat => {
                    steps = Some(Vec::new());
                    continue;
                }
                Step::Get(name) => ExprKind::Get(Box::new(expression), name),
                Step::Index(index) => ExprKind::Index(Box::new(expression), Box::new(index)),
            };
            expression = Expr { at, kind };
        }
        match steps {
            Some(steps) => Expr {
                at,
                kind: ExprKind::Splat(Box::new(expression), steps),
            },
            None => Expr {
                at,
                kind: expression.kind,
            },
        }
    }

    /// The parts of a template.
    pub(super) fn template(self, template: &Template) -> Vec<Part> {
        self.elements(template.iter())
    }

    fn elements<'e>(self, elements: impl Iterator<Item = &'e Element>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut strip_next = false;
        for element in elements {
            let (before, after, part) = match element {
                Element::Literal(text) => {
                    let mut said: &str = text.value();
                    if std::mem::take(&mut strip_next) {
                        said = said.trim_start();
                    }
                    parts.push(Part::Text(said.into(), self.at(text.span())));
                    continue;
                }
                Element::Interpolation(value) => {
                    let (before, after) = sides(value.strip);
                    (before, after, Part::Value(self.expression(&value.expr)))
                }
                Element::Directive(directive) => self.directive(directive),
            };
            if before {
                strip_end(&mut parts);
            }
            parts.push(part);
            strip_next = after;
        }
        parts
    }

    /// A directive, and whether it takes the white space before and behind it away.
    fn directive(self, directive: &Directive) -> (bool, bool, Part) {
        match directive {
            Directive::If(choice) => {
                let (before, inner) = sides(choice.if_expr.strip);
                let (inner_end, after) = sides(choice.endif_expr.strip);
                let mut then = self.template(&choice.if_expr.template);
                let mut otherwise = Vec::new();
                if inner {
                    strip_start(&mut then);
                }
                if let Some(other) = &choice.else_expr {
                    let (end, start) = sides(other.strip);
                    otherwise = self.template(&other.template);
                    if end {
                        strip_end(&mut then);
                    }
                    if start {
                        strip_start(&mut otherwise);
                    }
                    if inner_end {
                        strip_end(&mut otherwise);
                    }
                } else if inner_end {
                    strip_end(&mut then);
                }
                let condition = Box::new(self.expression(&choice.if_expr.cond_expr));
                (before, after, Part::If(condition, then, otherwise))
            }
            Directive::For(repeated) => {
                let intro = &repeated.for_expr;
                let (before, inner) = sides(intro.strip);
                let (inner_end, after) = sides(repeated.endfor_expr.strip);
                let mut body = self.template(&intro.template);
                if inner {
                    strip_start(&mut body);
                }
                if inner_end {
                    strip_end(&mut body);
                }
                let part = Part::For {
                    key: intro.key_var.as_ref().map(|name| name.as_str().into()),
                    value: intro.value_var.as_str().into(),
                    collection: Box::new(self.expression(&intro.collection_expr)),
                    body,
                };
                (before, after, part)
            }
        }
    }
}

/// What stands between the quotes of a text.
fn inside(at: At) -> At {
    if at.end >= at.start + 2 {
        At {
            start: at.start + 1,
            end: at.end - 1,
        }
    } else {
        at
    }
}

/// Whether white space goes away before, and behind.
fn sides(strip: Strip) -> (bool, bool) {
    (strip.strip_start(), strip.strip_end())
}

fn strip_start(parts: &mut [Part]) {
    if let Some(Part::Text(text, _)) = parts.first_mut() {
        *text = text.trim_start().into();
    }
}

fn strip_end(parts: &mut [Part]) {
    if let Some(Part::Text(text, _)) = parts.last_mut() {
        *text = text.trim_end().into();
    }
}

fn binary(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Eq => Binary::Equal,
        BinaryOperator::NotEq => Binary::NotEqual,
        BinaryOperator::LessEq => Binary::LessOrEqual,
        BinaryOperator::GreaterEq => Binary::GreaterOrEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::Plus => Binary::Plus,
        BinaryOperator::Minus => Binary::Minus,
        BinaryOperator::Mul => Binary::Times,
        BinaryOperator::Div => Binary::Divided,
        BinaryOperator::Mod => Binary::Modulo,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Or => Binary::Or,
    }
}
