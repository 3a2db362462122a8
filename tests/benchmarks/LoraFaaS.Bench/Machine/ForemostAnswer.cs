using System.Text;

namespace LoraFaaS.Bench.Machine;

/// <summary>A whole answer.</summary>
/// <param name="SentAt">When it was asked for, just before the send; nanoseconds of the monotonic clock, as <see cref="System.Diagnostics.Stopwatch"/> counts them on Linux.</param>
/// <param name="Status">Of its head.</param>
/// <param name="Body">Out of its framing.</param>
internal sealed record ForemostAnswer(long SentAt, int Status, byte[] Body)
{
    public bool IsGood => Status is >= 200 and < 300;

    public string Text => Encoding.UTF8.GetString(Body);
}
