using LoraFaaS.Gateway.Forwarding.Wire;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Forwarding.Wire;

public sealed class IdleLinksTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly IdleLinks _links;
    private int _thread;

    public IdleLinksTests() => _links = new IdleLinks(_clock, () => _thread);

    public void Dispose() => _links.Dispose();

    [Fact]
    public void A_call_takes_the_last_used_of_those_that_its_own_thread_watches()
    {
        var (first, second, other) = (Kept(on: 1), Kept(on: 1), Kept(on: 2));

        Assert.Same(second, Taken(on: 1));
        Assert.Same(other, Taken(on: 2));
        Assert.Same(first, Taken(on: 1));
    }

    [Fact]
    public void Whose_thread_has_none_takes_anothers_but_for_one_new_connection_in_a_while()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var (first, second) = (Kept(on: 2), Kept(on: 2));

        Assert.Null(Taken(on: 1));
        Assert.Same(second, Taken(on: 1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Taken(on: 1));
        Assert.Same(first, Taken(on: 1));
    }

    [Fact]
    public void On_a_thread_of_the_pool_the_last_used_of_all_is_taken()
    {
        var (first, second) = (Kept(on: 1), Kept(on: 2));

        Assert.Same(second, Taken(on: 0));
        Assert.Same(first, Taken(on: 0));
        Assert.Null(Taken(on: 0));
    }

    [Fact]
    public async Task Whose_answer_was_there_at_once_stays_with_the_thread_that_its_last_awaited_one_came_to()
    {
        var stream = new ScriptedStream();
        using var link = new WorkerLink(stream, _clock.GetTimestamp());
        await AskAsync(link, stream, atOnce: false, on: 2);
        await AskAsync(link, stream, atOnce: true, on: 1);

        Assert.Same(link, Taken(on: 2));
    }

    [Fact]
    public void What_has_idled_for_long_is_not_taken_whoever_watches_it()
    {
        Kept(on: 1);
        _clock.Advance(TimeSpan.FromMinutes(2));
        var fresh = Kept(on: 2);

        Assert.Null(Taken(on: 1));
        Assert.Same(fresh, Taken(on: 2));
    }

    /// <param name="link">The connection.</param>
    /// <param name="stream">Its own.</param>
    /// <param name="atOnce">The answer is there when it is asked for.</param>
    /// <param name="on">The thread upon which the call ends.</param>
    private async Task AskAsync(WorkerLink link, ScriptedStream stream, bool atOnce, int on)
    {
        if (atOnce)
        {
            stream.Answer();
        }

        var asking = link.AskAsync("POST"u8.ToArray(), CancellationToken.None);

        if (!atOnce)
        {
            stream.Answer();
        }

        Assert.Equal(AskOutcome.Answered, await asking);
        _thread = on;
        _links.Keep(link);

        if (atOnce)
        {
            return;
        }

        Assert.Same(link, Taken(on));
    }

    private WorkerLink Kept(int on)
    {
        var link = new WorkerLink(new MemoryStream(), _clock.GetTimestamp());
        _thread = on;
        _links.Keep(link);
        return link;
    }

    private WorkerLink? Taken(int on)
    {
        _thread = on;
        return _links.TryTake();
    }

    /// <summary>Gives out an answer for each time that it was told to.</summary>
    private sealed class ScriptedStream : MemoryStream
    {
        private readonly System.Threading.Channels.Channel<byte[]> _answers = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

        public void Answer() => Assert.True(_answers.Writer.TryWrite("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"u8.ToArray()));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var answer = await _answers.Reader.ReadAsync(cancellationToken);
            answer.CopyTo(buffer);
            return answer.Length;
        }
    }
}
