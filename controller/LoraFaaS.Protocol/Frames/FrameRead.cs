using Google.Protobuf;

namespace LoraFaaS.Protocol.Frames;

/// <summary>One message, or why there is none. After anything but a message the stream is of no more use.</summary>
public readonly record struct FrameRead<T>(FrameReadStatus Status, T? Message)
    where T : class, IMessage<T>;
