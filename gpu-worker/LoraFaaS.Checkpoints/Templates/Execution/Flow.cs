namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>How a statement hands on.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
