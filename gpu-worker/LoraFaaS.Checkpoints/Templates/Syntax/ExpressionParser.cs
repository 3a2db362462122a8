using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Templates.Execution;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>Jinja's expression grammar, by recursive descent, in Jinja's order of precedence.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream _tokens;
    private readonly PrimaryParser _primaries;

    public ExpressionParser(TokenStream tokens)
    {
        _tokens = tokens;
        _primaries = new PrimaryParser(tokens, this);
    }

    public Expression Parse() => _tokens.Nested(ParseConditional);

    /// <summary>An expression, or several separated by commas, which are a tuple.</summary>
    public Expression ParseTuple()
    {
        var first = Parse();
        if (!_tokens.IsOperator(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (_tokens.TryTakeOperator(",") && StartsExpression())
        {
            items.Add(Parse());
        }

        return new Expression.ListOf(items.ToImmutable(), IsTuple: true, first.Line);
    }

    /// <summary>Without the conditional form: the source of a loop, where <c>if</c> begins the loop's own filter.</summary>
    public Expression ParseWithoutConditional() => _tokens.Nested(ParseOr);

    private bool StartsExpression() => _tokens.Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Whole or TokenKind.Real
        || _tokens.IsOperator("(") || _tokens.IsOperator("[") || _tokens.IsOperator("{") || _tokens.IsOperator("-") || _tokens.IsOperator("+");

    private Expression ParseConditional()
    {
        var value = ParseOr();
        while (_tokens.TryTakeName("if"))
        {
            var condition = ParseOr();
            var otherwise = _tokens.TryTakeName("else") ? Parse() : null;
            value = new Expression.Conditional(condition, value, otherwise, value.Line);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (_tokens.TryTakeName("or"))
        {
            left = new Expression.Logical(left, ParseAnd(), IsAnd: false, left.Line);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (_tokens.TryTakeName("and"))
        {
            left = new Expression.Logical(left, ParseNot(), IsAnd: true, left.Line);
        }

        return left;
    }

    private Expression ParseNot()
    {
        var line = _tokens.Current.Line;
        return _tokens.TryTakeName("not") ? new Expression.Not(_tokens.Nested(ParseNot), line) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = ImmutableArray.CreateBuilder<(string, Expression)>();
        while (true)
        {
            if (_tokens.Current is { Kind: TokenKind.Operator, Value: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            {
                rest.Add((_tokens.Take().Value, ParseSum()));
            }
            else if (_tokens.TryTakeName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (_tokens.IsName("not") && _tokens.Next.Is(TokenKind.Name, "in"))
            {
                _tokens.Take();
                _tokens.Take();
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Expression.Comparison(first, rest.ToImmutable(), first.Line);
            }
        }
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (_tokens.Current is { Kind: TokenKind.Operator, Value: "+" or "-" })
        {
            left = new Expression.Arithmetic(_tokens.Take().Value, left, ParseConcatenation(), left.Line);
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!_tokens.IsOperator("~"))
        {
            return first;
        }

        var parts = ImmutableArray.CreateBuilder<Expression>();
        parts.Add(first);
        while (_tokens.TryTakeOperator("~"))
        {
            parts.Add(ParseProduct());
        }

        return new Expression.Concatenation(parts.ToImmutable(), first.Line);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (_tokens.Current is { Kind: TokenKind.Operator, Value: "*" or "/" or "//" or "%" })
        {
            left = new Expression.Arithmetic(_tokens.Take().Value, left, ParsePower(), left.Line);
        }

        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (_tokens.TryTakeOperator("**"))
        {
            left = new Expression.Arithmetic("**", left, ParseUnary(withFilters: true), left.Line);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        var line = _tokens.Current.Line;
        Expression value = _tokens.Current switch
        {
            { Kind: TokenKind.Operator, Value: "-" } => ParseSign(isNegative: true, line),
            { Kind: TokenKind.Operator, Value: "+" } => ParseSign(isNegative: false, line),
            _ => _primaries.Parse(),
        };

        value = ParsePostfix(value);
        return withFilters ? ParseFilters(value) : value;
    }

    private Expression.Sign ParseSign(bool isNegative, int line)
    {
        _tokens.Take();
        return new(_tokens.Nested(() => ParseUnary(withFilters: false)), isNegative, line);
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var line = _tokens.Current.Line;
            if (_tokens.TryTakeOperator("."))
            {
                value = _tokens.Current.Kind is TokenKind.Whole
                    ? new Expression.Index(value, new Expression.Constant(new WholeValue(PrimaryParser.ToInt64(_tokens.Take())), line), line)
                    : new Expression.Attribute(value, _tokens.ExpectName(), line);
            }
            else if (_tokens.TryTakeOperator("["))
            {
                value = ParseSubscript(value, line);
            }
            else if (_tokens.IsOperator("("))
            {
                value = new Expression.Call(value, _primaries.ParseArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseSubscript(Expression target, int line)
    {
        var start = _tokens.IsOperator(":") ? null : Parse();
        if (_tokens.TryTakeOperator("]"))
        {
            return new Expression.Index(target, start ?? throw _tokens.Unexpected("a subscript"), line);
        }

        _tokens.ExpectOperator(":");
        var stop = _tokens.IsOperator(":") || _tokens.IsOperator("]") ? null : Parse();
        var step = _tokens.TryTakeOperator(":") && !_tokens.IsOperator("]") ? Parse() : null;
        _tokens.ExpectOperator("]");
        return new Expression.Slice(target, start, stop, step, line);
    }

    private Expression ParseFilters(Expression value)
    {
        while (true)
        {
            var line = _tokens.Current.Line;
            if (_tokens.TryTakeOperator("|"))
            {
                var name = _tokens.ExpectName();
                if (!Filters.IsKnown(name))
                {
                    throw TemplateSyntax.Error(line, $"the filter '{name}' is not supported");
                }

                value = new Expression.Filter(value, name, _tokens.IsOperator("(") ? _primaries.ParseArguments() : CallArguments.None, line);
            }
            else if (_tokens.TryTakeName("is"))
            {
                value = ParseTest(value, line);
            }
            else if (_tokens.IsOperator("("))
            {
                value = new Expression.Call(value, _primaries.ParseArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseTest(Expression value, int line)
    {
        var isNegated = _tokens.TryTakeName("not");
        var name = _tokens.ExpectName();
        if (!TemplateTests.IsKnown(name))
        {
            throw TemplateSyntax.Error(line, $"the test '{name}' is not supported");
        }

        var arguments = CallArguments.None;
        if (_tokens.IsOperator("("))
        {
            arguments = _primaries.ParseArguments();
        }
        else if (TakesBareArgument())
        {
            arguments = new CallArguments([ParsePostfix(_primaries.Parse())], []);
        }

        Expression test = new Expression.Test(value, name, arguments, line);
        return isNegated ? new Expression.Not(test, line) : test;
    }

    private bool TakesBareArgument() => _tokens.Current.Kind switch
    {
        TokenKind.Text or TokenKind.Whole or TokenKind.Real => true,
        TokenKind.Name => _tokens.Current.Value is not ("else" or "or" or "and" or "if" or "is" or "not" or "in"),
        TokenKind.Operator => _tokens.Current.Value is "[" or "{",
        _ => false,
    };
}
