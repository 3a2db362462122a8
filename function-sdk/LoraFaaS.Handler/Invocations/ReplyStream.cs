using Google.Protobuf;
using LoraFaaS.Functions;
using LoraFaaS.Handler.Connection;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Invocations;

/// <summary>
/// An answer's bytes as frames, each against a credit: a caller who does not read makes its function wait, and nothing else. The head goes before
/// the first part, with status and headers as they are then.
/// </summary>
internal sealed class ReplyStream(ulong invocation, int credits, Outbox outbox, CancellationToken withdrawn) : Stream
{
    private readonly SemaphoreSlim _credits = new(credits);
    private FunctionResponse? _response;
    private bool _ended;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public bool HasStarted { get; private set; }

    /// <summary>Whose status and headers go before the first byte.</summary>
    public FunctionResponse Attach() => _response = new FunctionResponse(this);

    public void AddCredits(int count) => _credits.Release(count);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        await StartAsync();

        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, HandlerLimits.MaxPartBytes)];
            await TakeCreditAsync(cancellationToken);

            // Copied: the author's buffer is the author's again when this returns, and the frame may still wait.
            await outbox.SendAsync(
                new FromHandler { ReplyPart = new ReplyPart { Invocation = invocation, Body = ByteString.CopyFrom(part.Span) } }, withdrawn);
            buffer = buffer[part.Length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Sends the head if nothing has been sent, so that a caller knows early that an answer comes.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => StartAsync();

    /// <summary>The function has returned: an answer without a body gets its head now, and nobody writes after it.</summary>
    public async Task EndAsync()
    {
        await StartAsync();
        _ended = true;
    }

    public void Forbid() => _ended = true;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // An author's StreamWriter may dispose what it writes to: the answer is then over.
            _ended = true;
        }

        base.Dispose(disposing);
    }

    private async ValueTask TakeCreditAsync(CancellationToken cancellationToken)
    {
        if (_credits.Wait(0, CancellationToken.None))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, withdrawn);
        await _credits.WaitAsync(either.Token);
    }

    private async Task StartAsync()
    {
        if (HasStarted)
        {
            return;
        }

        HasStarted = true;
        var response = _response!;
        var head = new Reply { Status = response.StatusCode, ContentType = response.ContentType };
        head.Headers.Add(response.Headers.Select(header => new Header { Name = header.Key, Value = header.Value }));
        await outbox.SendAsync(new FromHandler { ReplyHead = new ReplyHead { Invocation = invocation, Reply = head } }, withdrawn);
    }
}
