namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>Tokens being read, with a bound on how deep the reader may nest: recursion must not outgrow the stack.</summary>
internal sealed class TokenStream(List<TemplateToken> tokens)
{
    private const int MaxDepth = 120;

    private int _at;
    private int _depth;

    public TemplateToken Current => tokens[_at];

    public TemplateToken Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public TemplateToken Take() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    public bool IsOperator(string value) => Current.Is(TokenKind.Operator, value);

    public bool IsName(string value) => Current.Is(TokenKind.Name, value);

    public bool TryTakeOperator(string value) => TryTake(TokenKind.Operator, value);

    public bool TryTakeName(string value) => TryTake(TokenKind.Name, value);

    public void ExpectOperator(string value)
    {
        if (!TryTakeOperator(value))
        {
            throw Unexpected($"'{value}'");
        }
    }

    public void ExpectName(string value)
    {
        if (!TryTakeName(value))
        {
            throw Unexpected($"'{value}'");
        }
    }

    public string ExpectName() => Current.Kind is TokenKind.Name ? Take().Value : throw Unexpected("a name");

    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(kind is TokenKind.BlockEnd ? "'%}'" : "'}}'");
        }

        Take();
    }

    public Outcomes.RefusedException Unexpected(string expected) => TemplateSyntax.Error(Current.Line, $"{expected} was due, and {Current} came");

    public T Nested<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw TemplateSyntax.Error(Current.Line, $"nests deeper than {MaxDepth}");
        }

        var value = read();
        _depth--;
        return value;
    }

    private bool TryTake(TokenKind kind, string value)
    {
        if (!Current.Is(kind, value))
        {
            return false;
        }

        Take();
        return true;
    }
}
