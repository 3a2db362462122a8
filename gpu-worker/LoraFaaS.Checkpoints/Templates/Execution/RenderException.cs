namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Ends one rendering: the template called raise_exception, went wrong, or did too much.</summary>
internal sealed class RenderException(RenderFault fault, string message) : Exception(message)
{
    public RenderFault Fault => fault;

    public static RenderException Wrong(string message) => new(RenderFault.Wrong, message);
}
