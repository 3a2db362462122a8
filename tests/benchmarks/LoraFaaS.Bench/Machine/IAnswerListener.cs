namespace LoraFaaS.Bench.Machine;

/// <summary>Reads an answer as its bytes come, upon the thread of the <see cref="ForemostCaller"/> that asked.</summary>
internal interface IAnswerListener
{
    /// <param name="body">All that is there of it, also of an error's.</param>
    /// <param name="cameAt">When the kernel had the last of it, however late it is read; nanoseconds of the monotonic clock.</param>
    void Hear(ReadOnlyMemory<byte> body, long cameAt);
}
