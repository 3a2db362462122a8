namespace LoraFaaS.Protocol.Frames;

/// <summary>What the bytes received so far hold.</summary>
public enum FrameStatus
{
    /// <summary>A whole frame stands at the front.</summary>
    Complete = 0,

    /// <summary>More bytes are needed.</summary>
    Incomplete = 1,

    /// <summary>The header announces more than the limit. Nothing after it can be trusted to be a frame: the connection is over.</summary>
    TooLarge = 2,
}
