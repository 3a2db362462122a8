namespace LoraFaaS.Protocol.Frames;

/// <summary>How reading one message ended.</summary>
public enum FrameReadStatus
{
    Message = 0,

    /// <summary>The peer closed at a frame's border.</summary>
    End = 1,

    /// <summary>The peer closed in the middle of a frame.</summary>
    Torn = 2,

    /// <summary>The peer announced a frame over the limit.</summary>
    TooLarge = 3,

    /// <summary>A whole frame whose bytes are no such message.</summary>
    Malformed = 4,
}
