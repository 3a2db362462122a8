using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Platform;

/// <summary>A function's answer as a stream of events: when its first token came, and its last event's account.</summary>
internal sealed class EventStreamListener : IAnswerListener
{
    private long _firstAt;
    private long _firstCameAt;

    private static ReadOnlySpan<byte> Token => "event: token"u8;

    public void Hear(ReadOnlyMemory<byte> body, long cameAt)
    {
        if (_firstAt == 0 && body.Span.IndexOf(Token) >= 0)
        {
            (_firstAt, _firstCameAt) = (Stopwatch.GetTimestamp(), cameAt);
        }
    }

    /// <summary>What the call was.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public ColdCall Sum(string function, ForemostAnswer answer)
    {
        const string Done = "event: done\ndata: ";
        var begun = answer.Text.IndexOf(Done, StringComparison.Ordinal);

        if (!answer.IsGood || begun < 0 || _firstAt == 0)
        {
            throw new InvalidOperationException($"{function}: {answer.Status}: {answer.Text}");
        }

        var data = answer.Text.AsMemory(begun + Done.Length);
        using var done = JsonDocument.Parse(data[..data.Span.IndexOf('\n')]);
        return new ColdCall(function, (_firstAt - answer.SentAt) / 1e6, (_firstCameAt - answer.SentAt) / 1e6, done.RootElement.GetProperty("cold_start").Clone());
    }
}
