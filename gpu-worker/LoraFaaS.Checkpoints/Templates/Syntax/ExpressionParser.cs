using System.Collections.Immutable;
using System.Globalization;
using LoraFaaS.Checkpoints.Templates.Execution;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>Jinja's expression grammar, by recursive descent, in Jinja's order of precedence.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    public Expression Parse() => tokens.Nested(ParseConditional);

    /// <summary>An expression, or several separated by commas, which are a tuple.</summary>
    public Expression ParseTuple()
    {
        var first = Parse();
        if (!tokens.IsOperator(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (tokens.TryTakeOperator(",") && StartsExpression())
        {
            items.Add(Parse());
        }

        return new Expression.ListOf(items.ToImmutable(), IsTuple: true, first.Line);
    }

    /// <summary>Without the conditional form: the source of a loop, where <c>if</c> begins the loop's own filter.</summary>
    public Expression ParseWithoutConditional() => tokens.Nested(ParseOr);

    private bool StartsExpression() => tokens.Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Whole or TokenKind.Real
        || tokens.IsOperator("(") || tokens.IsOperator("[") || tokens.IsOperator("{") || tokens.IsOperator("-") || tokens.IsOperator("+");

    private Expression ParseConditional()
    {
        var value = ParseOr();
        while (tokens.TryTakeName("if"))
        {
            var condition = ParseOr();
            var otherwise = tokens.TryTakeName("else") ? Parse() : null;
            value = new Expression.Conditional(condition, value, otherwise, value.Line);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.TryTakeName("or"))
        {
            left = new Expression.Logical(left, ParseAnd(), IsAnd: false, left.Line);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.TryTakeName("and"))
        {
            left = new Expression.Logical(left, ParseNot(), IsAnd: true, left.Line);
        }

        return left;
    }

    private Expression ParseNot()
    {
        var line = tokens.Current.Line;
        return tokens.TryTakeName("not") ? new Expression.Not(tokens.Nested(ParseNot), line) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = ImmutableArray.CreateBuilder<(string, Expression)>();
        while (true)
        {
            if (tokens.Current is { Kind: TokenKind.Operator, Value: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            {
                rest.Add((tokens.Take().Value, ParseSum()));
            }
            else if (tokens.TryTakeName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (tokens.IsName("not") && tokens.Next.Is(TokenKind.Name, "in"))
            {
                tokens.Take();
                tokens.Take();
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
        while (tokens.Current is { Kind: TokenKind.Operator, Value: "+" or "-" })
        {
            left = new Expression.Arithmetic(tokens.Take().Value, left, ParseConcatenation(), left.Line);
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!tokens.IsOperator("~"))
        {
            return first;
        }

        var parts = ImmutableArray.CreateBuilder<Expression>();
        parts.Add(first);
        while (tokens.TryTakeOperator("~"))
        {
            parts.Add(ParseProduct());
        }

        return new Expression.Concatenation(parts.ToImmutable(), first.Line);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (tokens.Current is { Kind: TokenKind.Operator, Value: "*" or "/" or "//" or "%" })
        {
            left = new Expression.Arithmetic(tokens.Take().Value, left, ParsePower(), left.Line);
        }

        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (tokens.TryTakeOperator("**"))
        {
            left = new Expression.Arithmetic("**", left, ParseUnary(withFilters: true), left.Line);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        var line = tokens.Current.Line;
        Expression value = tokens.Current switch
        {
            { Kind: TokenKind.Operator, Value: "-" } => ParseSign(isNegative: true, line),
            { Kind: TokenKind.Operator, Value: "+" } => ParseSign(isNegative: false, line),
            _ => ParsePrimary(),
        };

        value = ParsePostfix(value);
        return withFilters ? ParseFilters(value) : value;
    }

    private Expression.Sign ParseSign(bool isNegative, int line)
    {
        tokens.Take();
        return new(tokens.Nested(() => ParseUnary(withFilters: false)), isNegative, line);
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName(token);

            case TokenKind.Text:
                var text = token.Value;
                while (tokens.Current.Kind is TokenKind.Text)
                {
                    text += tokens.Take().Value;
                }

                return new Expression.Constant(TextValue.Trusted(text), token.Line);

            case TokenKind.Whole:
                return new Expression.Constant(new WholeValue(ToInt64(token)), token.Line);

            case TokenKind.Real:
                return new Expression.Constant(new RealValue(double.Parse(token.Value, CultureInfo.InvariantCulture)), token.Line);

            case TokenKind.Operator when token.Value == "(":
                return ParseParentheses(token.Line);

            case TokenKind.Operator when token.Value == "[":
                return new Expression.ListOf(ParseItems("]"), IsTuple: false, token.Line);

            case TokenKind.Operator when token.Value == "{":
                return ParseMap(token.Line);

            default:
                throw TemplateSyntax.Error(token.Line, $"an expression was due, and {token} came");
        }
    }

    private static Expression ParseName(TemplateToken token) => token.Value switch
    {
        "true" or "True" => new Expression.Constant(FlagValue.True, token.Line),
        "false" or "False" => new Expression.Constant(FlagValue.False, token.Line),
        "none" or "None" => new Expression.Constant(NoneValue.Instance, token.Line),
        _ => new Expression.Name(token.Value, token.Line),
    };

    private static long ToInt64(TemplateToken token) =>
        long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw TemplateSyntax.Error(token.Line, "a number is too large");

    private Expression ParseParentheses(int line)
    {
        if (tokens.TryTakeOperator(")"))
        {
            return new Expression.ListOf([], IsTuple: true, line);
        }

        var value = ParseTuple();
        tokens.ExpectOperator(")");
        return value;
    }

    private ImmutableArray<Expression> ParseItems(string close)
    {
        var items = ImmutableArray.CreateBuilder<Expression>();
        while (!tokens.TryTakeOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryTakeOperator(close))
                {
                    break;
                }
            }

            items.Add(Parse());
        }

        return items.ToImmutable();
    }

    private Expression.MapOf ParseMap(int line)
    {
        var entries = ImmutableArray.CreateBuilder<(Expression, Expression)>();
        while (!tokens.TryTakeOperator("}"))
        {
            if (entries.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryTakeOperator("}"))
                {
                    break;
                }
            }

            var key = Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, Parse()));
        }

        return new(entries.ToImmutable(), line);
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.TryTakeOperator("."))
            {
                value = tokens.Current.Kind is TokenKind.Whole
                    ? new Expression.Index(value, new Expression.Constant(new WholeValue(ToInt64(tokens.Take())), line), line)
                    : new Expression.Attribute(value, tokens.ExpectName(), line);
            }
            else if (tokens.TryTakeOperator("["))
            {
                value = ParseSubscript(value, line);
            }
            else if (tokens.IsOperator("("))
            {
                value = new Expression.Call(value, ParseArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseSubscript(Expression target, int line)
    {
        var start = tokens.IsOperator(":") ? null : Parse();
        if (tokens.TryTakeOperator("]"))
        {
            return new Expression.Index(target, start ?? throw tokens.Unexpected("a subscript"), line);
        }

        tokens.ExpectOperator(":");
        var stop = tokens.IsOperator(":") || tokens.IsOperator("]") ? null : Parse();
        var step = tokens.TryTakeOperator(":") && !tokens.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new Expression.Slice(target, start, stop, step, line);
    }

    private Expression ParseFilters(Expression value)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.TryTakeOperator("|"))
            {
                var name = tokens.ExpectName();
                if (!Filters.IsKnown(name))
                {
                    throw TemplateSyntax.Error(line, $"the filter '{name}' is not supported");
                }

                value = new Expression.Filter(value, name, tokens.IsOperator("(") ? ParseArguments() : CallArguments.None, line);
            }
            else if (tokens.TryTakeName("is"))
            {
                value = ParseTest(value, line);
            }
            else if (tokens.IsOperator("("))
            {
                value = new Expression.Call(value, ParseArguments(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseTest(Expression value, int line)
    {
        var isNegated = tokens.TryTakeName("not");
        var name = tokens.ExpectName();
        if (!TemplateTests.IsKnown(name))
        {
            throw TemplateSyntax.Error(line, $"the test '{name}' is not supported");
        }

        var arguments = CallArguments.None;
        if (tokens.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (TakesBareArgument())
        {
            arguments = new CallArguments([ParsePostfix(ParsePrimary())], []);
        }

        Expression test = new Expression.Test(value, name, arguments, line);
        return isNegated ? new Expression.Not(test, line) : test;
    }

    private bool TakesBareArgument() => tokens.Current.Kind switch
    {
        TokenKind.Text or TokenKind.Whole or TokenKind.Real => true,
        TokenKind.Name => tokens.Current.Value is not ("else" or "or" or "and" or "if" or "is" or "not" or "in"),
        TokenKind.Operator => tokens.Current.Value is "[" or "{",
        _ => false,
    };

    private CallArguments ParseArguments()
    {
        tokens.ExpectOperator("(");
        var positional = ImmutableArray.CreateBuilder<Expression>();
        var named = ImmutableArray.CreateBuilder<(string, Expression)>();

        while (!tokens.TryTakeOperator(")"))
        {
            if (positional.Count + named.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryTakeOperator(")"))
                {
                    break;
                }
            }

            if (tokens.Current.Kind is TokenKind.Name && tokens.Next.Is(TokenKind.Operator, "="))
            {
                var name = tokens.Take().Value;
                tokens.Take();
                named.Add((name, Parse()));
            }
            else
            {
                positional.Add(Parse());
            }
        }

        return new CallArguments(positional.ToImmutable(), named.ToImmutable());
    }
}
