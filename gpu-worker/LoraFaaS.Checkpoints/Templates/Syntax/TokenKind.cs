namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>What a template is made of, lexically.</summary>
internal enum TokenKind
{
    /// <summary>Literal output between tags.</summary>
    Data,
    OutputBegin,
    OutputEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Whole,
    Real,
    Operator,
    End,
}
