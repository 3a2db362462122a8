namespace LoraFaaS.Protocol.Frames;

/// <summary>Sizes of the frames that our processes send each other: a 4-byte big-endian length, then that many bytes of one protobuf message.</summary>
public static class FrameLimits
{
    public const int HeaderBytes = sizeof(uint);

    /// <summary>The largest message one frame carries by default. A context of 128k tokens as text is about 600 kB; a tokenizer.json is up to 17 MB.</summary>
    public const int DefaultMaxFrameBytes = 64 * 1024 * 1024;
}
