using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>The statements that chat templates use. Those that load other templates, or that none uses, are refused by name.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    public static ImmutableArray<Statement> Parse(string source)
    {
        var parser = new TemplateParser(new TokenStream(TemplateLexer.Lex(source)));
        var body = parser.ParseBody([]);
        return parser._tokens.Current.Kind is TokenKind.End
            ? body
            : throw parser._tokens.Unexpected("the end of the template");
    }

    /// <summary>Statements up to a block that begins with one of these names; that block is left to the caller, its name not yet taken.</summary>
    private ImmutableArray<Statement> ParseBody(ReadOnlySpan<string> ends)
    {
        var body = ImmutableArray.CreateBuilder<Statement>();
        while (true)
        {
            var token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    _tokens.Take();
                    body.Add(new Statement.Data(TextValue.Trusted(token.Value), token.Line));
                    break;

                case TokenKind.OutputBegin:
                    _tokens.Take();
                    body.Add(new Statement.Output(_expressions.ParseTuple(), token.Line));
                    _tokens.Expect(TokenKind.OutputEnd);
                    break;

                case TokenKind.BlockBegin when _tokens.Next.Kind is TokenKind.Name && ends.Contains(_tokens.Next.Value):
                    _tokens.Take();
                    return body.ToImmutable();

                case TokenKind.BlockBegin:
                    _tokens.Take();
                    body.Add(_tokens.Nested(ParseBlock));
                    break;

                case TokenKind.End when ends.IsEmpty:
                    return body.ToImmutable();

                default:
                    throw _tokens.Unexpected(ends.IsEmpty ? "text or a tag" : $"'{{% {ends[^1]} %}}'");
            }
        }
    }

    private Statement ParseBlock()
    {
        var line = _tokens.Current.Line;
        var name = _tokens.ExpectName();
        switch (name)
        {
            case "if":
                return ParseIf(line);
            case "for":
                return ParseFor(line);
            case "set":
                return ParseSet(line);
            case "macro":
                return ParseMacro(line);
            case "generation":
                _tokens.Expect(TokenKind.BlockEnd);
                return new Statement.Block(ParseUntil("endgeneration"), line);
            case "break" when _loops > 0:
                _tokens.Expect(TokenKind.BlockEnd);
                return new Statement.Break(line);
            case "continue" when _loops > 0:
                _tokens.Expect(TokenKind.BlockEnd);
                return new Statement.Continue(line);
            default:
                throw TemplateSyntax.Error(line, $"'{{% {name} %}}' is not supported here");
        }
    }

    private ImmutableArray<Statement> ParseUntil(string end)
    {
        var body = ParseBody([end]);
        _tokens.ExpectName(end);
        _tokens.Expect(TokenKind.BlockEnd);
        return body;
    }

    private Statement.If ParseIf(int line)
    {
        var branches = ImmutableArray.CreateBuilder<(Expression, ImmutableArray<Statement>)>();
        var otherwise = ImmutableArray<Statement>.Empty;
        do
        {
            var condition = _expressions.ParseTuple();
            _tokens.Expect(TokenKind.BlockEnd);
            branches.Add((condition, ParseBody(["elif", "else", "endif"])));
        }
        while (_tokens.TryTakeName("elif"));

        if (_tokens.TryTakeName("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = ParseBody(["endif"]);
        }

        _tokens.ExpectName("endif");
        _tokens.Expect(TokenKind.BlockEnd);
        return new(branches.ToImmutable(), otherwise, line);
    }

    private Statement.For ParseFor(int line)
    {
        var targets = ParseTargets();
        _tokens.ExpectName("in");
        var source = ParseLoopSource();
        var condition = _tokens.TryTakeName("if") ? _expressions.Parse() : null;
        if (_tokens.IsName("recursive"))
        {
            throw TemplateSyntax.Error(line, "recursive loops are not supported");
        }

        _tokens.Expect(TokenKind.BlockEnd);
        _loops++;
        var body = ParseBody(["else", "endfor"]);
        _loops--;

        var otherwise = ImmutableArray<Statement>.Empty;
        if (_tokens.TryTakeName("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = ParseBody(["endfor"]);
        }

        _tokens.ExpectName("endfor");
        _tokens.Expect(TokenKind.BlockEnd);
        return new(targets, source, condition, body, otherwise, line);
    }

    private Expression ParseLoopSource()
    {
        var first = _expressions.ParseWithoutConditional();
        if (!_tokens.IsOperator(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (_tokens.TryTakeOperator(","))
        {
            items.Add(_expressions.ParseWithoutConditional());
        }

        return new Expression.ListOf(items.ToImmutable(), IsTuple: true, first.Line);
    }

    private ImmutableArray<string> ParseTargets()
    {
        var isBracketed = _tokens.TryTakeOperator("(");
        var targets = ImmutableArray.CreateBuilder<string>();
        do
        {
            targets.Add(_tokens.ExpectName());
        }
        while (_tokens.TryTakeOperator(","));

        if (isBracketed)
        {
            _tokens.ExpectOperator(")");
        }

        return targets.ToImmutable();
    }

    private Statement ParseSet(int line)
    {
        if (_tokens.Next.Is(TokenKind.Operator, "."))
        {
            var space = _tokens.ExpectName();
            _tokens.Take();
            var member = _tokens.ExpectName();
            _tokens.ExpectOperator("=");
            var assigned = _expressions.ParseTuple();
            _tokens.Expect(TokenKind.BlockEnd);
            return new Statement.SetMember(space, member, assigned, line);
        }

        var targets = ParseTargets();
        if (_tokens.TryTakeOperator("="))
        {
            var value = _expressions.ParseTuple();
            _tokens.Expect(TokenKind.BlockEnd);
            return new Statement.Set(targets, value, line);
        }

        if (targets.Length != 1)
        {
            throw _tokens.Unexpected("'='");
        }

        _tokens.Expect(TokenKind.BlockEnd);
        return new Statement.SetBlock(targets[0], ParseUntil("endset"), line);
    }

    private Statement.Macro ParseMacro(int line)
    {
        var name = _tokens.ExpectName();
        var parameters = ImmutableArray.CreateBuilder<(string, Expression?)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.TryTakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var parameter = _tokens.ExpectName();
            parameters.Add((parameter, _tokens.TryTakeOperator("=") ? _expressions.Parse() : null));
        }

        _tokens.Expect(TokenKind.BlockEnd);

        // A macro's body is a place of its own: break there does not reach the loop that it is called in.
        (var loops, _loops) = (_loops, 0);
        var body = ParseUntil("endmacro");
        _loops = loops;
        return new(name, parameters.ToImmutable(), body, line);
    }
}
