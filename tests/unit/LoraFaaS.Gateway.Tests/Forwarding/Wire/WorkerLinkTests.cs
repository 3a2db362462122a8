using System.Text;
using LoraFaaS.Gateway.Forwarding.Wire;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Gateway.Tests.Forwarding.Wire;

public sealed class WorkerLinkTests
{
    private static readonly byte[] Request = "POST /v1/generate HTTP/1.1\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-lorafaas-events\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    [Fact]
    public void An_exchange_over_a_kept_connection_allocates_nothing_but_its_events()
    {
        using var link = new WorkerLink(new Echo(Answer), 0);

        Assert.Equal(0, Allocations.Least(() => Exchange(link)));
        Assert.True(link.IsReusable);
    }

    /// <summary>All of it is there at once, so that nothing is awaited.</summary>
    private static void Exchange(WorkerLink link)
    {
#pragma warning disable CA2012 // Asked for nothing but whether it has ended.
        Assert.True(link.AskAsync(Request, CancellationToken.None).IsCompletedSuccessfully);
#pragma warning restore CA2012
        Assert.True(link.Head.IsEvents);
    }

    /// <summary>Answers each request with the same, at once.</summary>
    private sealed class Echo(byte[] answer) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            answer.CopyTo(buffer);
            return new(answer.Length);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
