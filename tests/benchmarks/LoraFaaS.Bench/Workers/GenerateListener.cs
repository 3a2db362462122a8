using System.Buffers;
using System.Net;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;

namespace LoraFaaS.Bench.Workers;

/// <summary>A worker's events as they come, and when its tokens did.</summary>
/// <param name="firstToken">Called when the first token has been noted.</param>
internal sealed class GenerateListener(Action? firstToken) : IAnswerListener
{
    private readonly List<double> _tokensAt = new(2);
    private GenerateEvent? _last;
    private long _firstCameAt;
    private int _read;

    public void Hear(ReadOnlyMemory<byte> body, long cameAt)
    {
        while (TryRead(body) is { } happened)
        {
            _last = happened;

            if (happened.KindCase is GenerateEvent.KindOneofCase.Tokens)
            {
                _tokensAt.Add(WorkerRun.Now);

                if (_tokensAt.Count == 1)
                {
                    _firstCameAt = cameAt;
                    firstToken?.Invoke();
                }
            }
        }
    }

    /// <summary>What the call was.</summary>
    public TimedCall Sum(ForemostAnswer answer) => new(answer.SentAt / 1e9, _tokensAt, _last?.Finished?.ColdStart, Problem(answer))
    {
        SocketMs = _tokensAt.Count > 0 ? (_firstCameAt - answer.SentAt) / 1e6 : double.NaN,
    };

    /// <summary>Null: there is no whole event more yet. What is no event has no beginning of one, or is longer than its body.</summary>
    private GenerateEvent? TryRead(ReadOnlyMemory<byte> body)
    {
        var rest = new ReadOnlySequence<byte>(body[_read..]);

        if (FrameParser.TryRead(ref rest, FrameLimits.DefaultMaxFrameBytes, out var payload) is not FrameStatus.Complete)
        {
            return null;
        }

        _read += FrameLimits.HeaderBytes + (int)payload.Length;
        return GenerateEvent.Parser.ParseFrom(payload);
    }

    /// <summary>Null: it ended well.</summary>
    private string? Problem(ForemostAnswer answer) =>
        answer.Status != (int)HttpStatusCode.OK ? answer.Text : _last?.KindCase switch
        {
            GenerateEvent.KindOneofCase.Finished => null,
            GenerateEvent.KindOneofCase.Failed => _last.Failed.Message,
            _ => "the stream ended without its end",
        };
}
