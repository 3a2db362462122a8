namespace LoraFaaS.Protocol.Frames;

/// <summary>A stream of frames that ended otherwise than at a frame's border, for readers that take messages as an enumeration.</summary>
public sealed class FrameException(FrameReadStatus status)
    : IOException($"The frame stream is broken: {status switch
    {
        FrameReadStatus.Torn => "it ended inside a frame",
        FrameReadStatus.TooLarge => "a frame is larger than the limit",
        FrameReadStatus.Malformed => "a frame is not the expected message",
        FrameReadStatus.End or FrameReadStatus.Message => throw new ArgumentOutOfRangeException(nameof(status)),
        _ => throw new System.Diagnostics.UnreachableException(),
    }}")
{
    public FrameReadStatus Status { get; } = status;
}
