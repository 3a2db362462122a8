using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Logging;
using LoraFaaS.TestKit.Memory;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Protocol.Tests.Hosts;

public sealed partial class JsonLineTests
{
    private const int Threads = 8;
    private const int LinesEach = 2_000;

    [Fact]
    public void A_line_has_its_message_and_its_fields_as_what_they_are()
    {
        using var target = new MemoryStream();

        using (var activity = new Activity("call").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            using var provider = Provider(target);
            LogCall(provider.CreateLogger("Gate"), "ä\"\n", 3, 1.5, true, null, TimeSpan.FromSeconds(2), double.NaN, new InvalidOperationException("no"));
            provider.Dispose();

            var line = Assert.Single(Lines(target));
            Assert.Equal("info", line.GetProperty("level").GetString());
            Assert.Equal("gateway", line.GetProperty("service").GetString());
            Assert.Equal("Gate", line.GetProperty("category").GetString());
            Assert.Equal(77, line.GetProperty("event").GetInt32());
            Assert.StartsWith("Call ä\"\n took 3", line.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("traceId").GetString());
            Assert.StartsWith("System.InvalidOperationException: no", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
            Assert.Equal(DateTime.UtcNow, line.GetProperty("time").GetDateTime(), TimeSpan.FromMinutes(1));
            Assert.Equal(
                """{"Name":"ä\"\n","Count":3,"Share":1.5,"Flag":true,"Nothing":null,"Time":"00:00:02","NoNumber":"NaN"}""",
                line.GetProperty("fields").GetRawText());
        }
    }

    [Fact]
    public void Lines_of_many_threads_are_whole_and_in_each_threads_order()
    {
        using var target = new MemoryStream();

        using (var provider = Provider(target))
        {
            var logger = provider.CreateLogger("Gate");
            var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
            {
                for (var i = 0; i < LinesEach; i++)
                {
                    LogOne(logger, thread, i);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
        }

        var fields = Lines(target).Select(line => line.GetProperty("fields")).ToList();
        Assert.Equal(Threads * LinesEach, fields.Count);
        Assert.All(
            fields.GroupBy(field => field.GetProperty("Thread").GetInt32(), field => field.GetProperty("Number").GetInt32()),
            numbers => Assert.Equal(Enumerable.Range(0, LinesEach), numbers));
    }

    [Fact]
    public async Task Who_does_not_read_stops_nobody_and_is_told_how_much_was_lost()
    {
        using var target = new StuckStream();
        var provider = Provider(target);
        var logger = provider.CreateLogger("Gate");
        var text = new string('x', 64 << 10);
        LogText(logger, "first");
        await target.IsReached;

        var sent = 2 * LineOutlet.Capacity / text.Length;

        for (var i = 0; i < sent; i++)
        {
            LogText(logger, text);
        }

        target.LetGo();
        provider.Dispose();
        LogText(logger, "too late");

        var lines = Lines(target.Written);
        var dropped = lines[^1].GetProperty("fields").GetProperty("Dropped").GetInt32();
        Assert.Equal("warn", lines[^1].GetProperty("level").GetString());
        Assert.True(dropped > 0);
        Assert.Equal(1 + sent - dropped + 1, lines.Count);
    }

    [Fact]
    public void A_line_leaves_little_behind()
    {
        using var provider = Provider(Stream.Null);
        var logger = provider.CreateLogger("Gate");

        // The message, and the values in their boxes.
        Assert.InRange(Allocations.Least(() => LogCall(logger, "name", 3, 1.5, true, null, TimeSpan.FromSeconds(2), 2.5, null!)), 0, 1_000);
    }

    private static JsonLineProvider Provider(Stream target) => new(HostIdentity.Of("gateway"), TimeProvider.System, target);

    private static List<JsonElement> Lines(MemoryStream target) =>
        [.. Encoding.UTF8.GetString(target.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    [LoggerMessage(77, LogLevel.Information, "Call {Name} took {Count} of {Share}, {Flag}, {Nothing}, {Time}, {NoNumber}")]
    private static partial void LogCall(ILogger logger, string name, int count, double share, bool flag, string? nothing, TimeSpan time, double noNumber, Exception exception);

    [LoggerMessage(78, LogLevel.Information, "{Thread}: {Number}")]
    private static partial void LogOne(ILogger logger, int thread, int number);

    [LoggerMessage(79, LogLevel.Information, "{Text}")]
    private static partial void LogText(ILogger logger, string text);

    /// <summary>The first write waits until it is let go.</summary>
    private sealed class StuckStream : Stream
    {
        private readonly ManualResetEventSlim _free = new();
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsReached => _reached.Task;

        public MemoryStream Written { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void LetGo() => _free.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _reached.TrySetResult();
            _free.Wait();
            Written.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _free.Dispose();
            Written.Dispose();
            base.Dispose(disposing);
        }
    }
}
