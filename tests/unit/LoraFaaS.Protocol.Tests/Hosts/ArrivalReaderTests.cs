using System.IO.Pipelines;
using LoraFaaS.ServiceDefaults.Arrivals;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Hosts;

/// <summary>When a request's bytes were there is noted where they are read, and not where they are parsed.</summary>
public sealed class ArrivalReaderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _pipe = new(new PipeOptions(readerScheduler: PipeScheduler.Inline));
    private readonly RequestArrival _arrival = new();
    private readonly ArrivalReader _reader;

    public ArrivalReaderTests() => _reader = new ArrivalReader(_pipe.Reader, _arrival, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_that_are_waited_for_arrive_when_they_come()
    {
        var reading = _reader.ReadAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(3));
        await _pipe.Writer.WriteAsync(new byte[] { 1, 2 }, Token);
        var read = await reading;
        var came = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, read.Buffer.Length);
        Assert.Equal(came, _arrival.At);
    }

    [Fact]
    public async Task Bytes_that_are_there_arrive_when_they_are_looked_for()
    {
        await _pipe.Writer.WriteAsync(new byte[] { 1 }, Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        var read = await _reader.ReadAsync(Token);
        Assert.Equal(_time.GetTimestamp(), _arrival.At);

        _reader.AdvanceTo(read.Buffer.Start);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_reader.TryRead(out _));
        Assert.Equal(_time.GetTimestamp(), _arrival.At);
    }

    [Fact]
    public void Nothing_arrives_where_nothing_is_there()
    {
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.False(_reader.TryRead(out _));
        Assert.Equal(0, _arrival.At);
    }
}
