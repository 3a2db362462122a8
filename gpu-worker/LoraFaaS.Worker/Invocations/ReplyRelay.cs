using System.Text;
using Google.Protobuf;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// An answer of a function's own code on its way to the caller: judged, bounded, and for dialects with room for text only, turned into text. Answers
/// a problem where the code's answer is none.
/// </summary>
internal sealed class ReplyRelay(Invocation invocation, IEventSink sink, long maxBytes, TimeProvider time)
{
    /// <summary>Of an error's body that a text dialect is told.</summary>
    private const int ErrorBytes = 2_048;

    private const int FirstErrorStatus = 400;
    private const int FirstServerError = 500;

    private readonly bool _asText = invocation.Request.Call.AsText;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _error = new();
    private int _status;
    private long _bytes;

    /// <summary>The caller has heard, or is hearing, of the answer.</summary>
    public bool HasBegun { get; private set; }

    public async ValueTask<Problem?> BeginAsync(Reply reply, CancellationToken cancellationToken)
    {
        if (HasBegun)
        {
            return Bad("began its answer twice");
        }

        if (ReplyRules.Check(reply) is { } wrong)
        {
            return Bad(wrong);
        }

        _status = reply.Status;
        Account();

        if (_asText)
        {
            return null;
        }

        await sink.WriteAsync(new GenerateEvent { Reply = ReplyRules.Clean(reply, invocation.ColdStart()) }, cancellationToken);
        return null;
    }

    public async ValueTask<Problem?> WriteAsync(ByteString body, CancellationToken cancellationToken)
    {
        _bytes += body.Length;

        if (!HasBegun)
        {
            return Bad("answered without a head");
        }

        if (_bytes > maxBytes)
        {
            return Bad($"answered with more than {maxBytes >> 20} MiB");
        }

        if (!_asText)
        {
            await sink.WriteAsync(new GenerateEvent { ReplyBody = new ReplyBody { Body = body } }, cancellationToken);
            return null;
        }

        await SayAsync(Decode(body.Span, flush: false), cancellationToken);
        return null;
    }

    public async ValueTask<Problem?> EndAsync(CancellationToken cancellationToken)
    {
        if (!HasBegun)
        {
            return Bad("ended without an answer");
        }

        if (!_asText)
        {
            return null;
        }

        await SayAsync(Decode([], flush: true), cancellationToken);
        return _status < FirstErrorStatus ? null : new Problem(
            _status < FirstServerError ? ErrorCode.InvalidRequest : ErrorCode.FunctionFailed,
            _error.Length > 0 ? _error.ToString() : $"The code of {invocation.Function} answered with status {_status}.");
    }

    /// <summary>TTFT of a function with code is what its caller sees: the time to the answer's beginning.</summary>
    private void Account()
    {
        HasBegun = true;
        var ttft = time.GetElapsedTime(invocation.ArrivedAt);
        var known = invocation.AdmissionTime + invocation.HandlerTime + invocation.QueueTime + invocation.LoadTime + invocation.PromptTime
            + invocation.PrefixTime + invocation.PrefillTime + invocation.RelayTime;
        invocation.Ttft = ttft;
        invocation.CodeTime = ttft > known ? ttft - known : TimeSpan.Zero;
    }

    private async ValueTask SayAsync(string text, CancellationToken cancellationToken)
    {
        if (_status >= FirstErrorStatus)
        {
            _error.Append(text, 0, Math.Min(text.Length, ErrorBytes - _error.Length));
        }
        else if (text.Length > 0)
        {
            await sink.WriteAsync(new GenerateEvent { Tokens = new Tokens { Text = text } }, cancellationToken);
        }
    }

    /// <summary>Whole characters only; what is cut in two by a part's end waits for the next.</summary>
    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var chars = new char[_decoder.GetCharCount(bytes, flush)];
        return new string(chars, 0, _decoder.GetChars(bytes, chars, flush));
    }

    private Problem Bad(string what) => new(ErrorCode.FunctionFailed, $"The code of {invocation.Function} {what}.");
}
