namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>One token, with the line it is on for error messages.</summary>
internal readonly record struct TemplateToken(TokenKind Kind, string Value, int Line)
{
    public bool Is(TokenKind kind, string value) => Kind == kind && Value == value;

    public override string ToString() => Kind is TokenKind.End ? "end of template" : $"'{Value}'";
}
