using System.Collections.Immutable;
using System.Globalization;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>The operands of Jinja's grammar: names, literals, lists, dictionaries, brackets; and a call's arguments.</summary>
internal sealed class PrimaryParser(TokenStream tokens, ExpressionParser expressions)
{
    public Expression Parse()
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

    public CallArguments ParseArguments()
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
                named.Add((name, expressions.Parse()));
            }
            else
            {
                positional.Add(expressions.Parse());
            }
        }

        return new CallArguments(positional.ToImmutable(), named.ToImmutable());
    }

    internal static long ToInt64(TemplateToken token) =>
        long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw TemplateSyntax.Error(token.Line, "a number is too large");

    private static Expression ParseName(TemplateToken token) => token.Value switch
    {
        "true" or "True" => new Expression.Constant(FlagValue.True, token.Line),
        "false" or "False" => new Expression.Constant(FlagValue.False, token.Line),
        "none" or "None" => new Expression.Constant(NoneValue.Instance, token.Line),
        _ => new Expression.Name(token.Value, token.Line),
    };

    private Expression ParseParentheses(int line)
    {
        if (tokens.TryTakeOperator(")"))
        {
            return new Expression.ListOf([], IsTuple: true, line);
        }

        var value = expressions.ParseTuple();
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

            items.Add(expressions.Parse());
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

            var key = expressions.Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, expressions.Parse()));
        }

        return new(entries.ToImmutable(), line);
    }
}
