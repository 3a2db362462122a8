namespace LoraFaaS.Worker.Handlers;

/// <summary>What a handler answered to being told whose it is.</summary>
internal abstract record HandlerOpening
{
    private HandlerOpening()
    {
    }

    internal sealed record Opened(TimeSpan Load) : HandlerOpening;

    /// <summary>The code cannot be loaded, in the author's terms.</summary>
    internal sealed record Refused(string Message) : HandlerOpening;

    /// <summary>It ended without a word.</summary>
    internal sealed record Lost : HandlerOpening;
}
