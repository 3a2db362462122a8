using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Metering;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Metering;

public sealed class UsageSpoolTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("usage.spool");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reports_are_numbered_from_one_and_kept_until_acknowledged()
    {
        await using var spool = Open();

        await AppendAsync(spool, "a", "b", "c");
        Assert.Equal([1UL, 2, 3], spool.After(0, 10).Select(report => report.Sequence));

        await spool.AcknowledgeAsync(2, Token);
        await AppendAsync(spool, "d");

        Assert.Equal(["c", "d"], spool.After(0, 10).Select(report => report.CallId));
    }

    [Fact]
    public async Task A_restart_finds_what_was_not_acknowledged_and_counts_on()
    {
        await using (var spool = Open())
        {
            await AppendAsync(spool, "a", "b");
        }

        await using var restarted = Open();
        await AppendAsync(restarted, "c");

        Assert.Equal([("a", 1UL), ("b", 2UL), ("c", 3UL)], restarted.After(0, 10).Select(report => (report.CallId, report.Sequence)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(13)]
    public async Task A_torn_tail_is_cut_and_nothing_before_it_lost(int bytesOfTheLastRecord)
    {
        long whole;

        await using (var spool = Open())
        {
            await AppendAsync(spool, "a", "b");
            whole = new FileInfo(Path).Length;
            await AppendAsync(spool, "c");
        }

        await using (var file = new FileStream(Path, FileMode.Open))
        {
            file.SetLength(whole + bytesOfTheLastRecord);
        }

        await using var restarted = Open();
        Assert.Equal(["a", "b"], restarted.After(0, 10).Select(report => report.CallId));

        await AppendAsync(restarted, "d");
        Assert.Equal(3UL, restarted.After(2, 10).Single().Sequence);
    }

    [Fact]
    public async Task Flipped_bits_end_what_is_trusted()
    {
        await using (var spool = Open())
        {
            await AppendAsync(spool, "a", "b");
        }

        var bytes = await File.ReadAllBytesAsync(Path, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Path, bytes, Token);

        await using var restarted = Open();
        Assert.Equal(["a"], restarted.After(0, 10).Select(report => report.CallId));
    }

    [Fact]
    public async Task Acknowledged_reports_leave_the_file_and_their_numbers_never_come_back()
    {
        var filler = new string('x', 4_000);

        await using (var spool = Open())
        {
            for (var i = 0; i < 400; i++)
            {
                await AppendAsync(spool, filler);
            }

            await spool.AcknowledgeAsync(400, Token);
            await AppendAsync(spool, "last");
            await spool.AcknowledgeAsync(401, Token);
        }

        Assert.InRange(new FileInfo(Path).Length, 0, 100_000);

        await using var restarted = Open();
        await AppendAsync(restarted, "next");
        Assert.Equal(402UL, restarted.After(401, 10).Single().Sequence);
    }

    [Fact]
    public async Task Many_writers_lose_nothing()
    {
        await using (var spool = Open())
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 500), Token, async (i, token) => await spool.AppendAsync(new UsageReport { CallId = $"call {i}" }, token));
        }

        await using var restarted = Open();
        Assert.Equal(500, restarted.After(0, 1_000).Select(report => report.CallId).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (ulong)i), restarted.After(0, 1_000).Select(report => report.Sequence));
    }

    [Fact]
    public async Task On_a_full_disk_all_who_have_a_place_are_written_down_and_no_other_is_given_one()
    {
        await using var disk = await SmallDisk.TryMountAsync(_folder.File("small"), "4m");
        Assert.SkipWhen(disk is null, "Nothing may be mounted here.");
        var path = System.IO.Path.Combine(_folder.File("small"), "usage.spool");
        var texts = new string('x', 300);
        List<SpoolPlace> places = [];

        await using (var spool = new UsageSpool(path, new ByteSize(256 << 10), NullLogger<UsageSpool>.Instance))
        {
            disk.Fill();

            while (await spool.TryTakeAsync(texts.Length) is { } place)
            {
                places.Add(place);
            }

            Assert.InRange(places.Count, 100, 1_000);

            foreach (var place in places)
            {
                await Patience.ForAsync(spool.AppendAsync(Largest(texts), Token));
                place.Dispose();
            }

            disk.Empty();
            using var again = await spool.TryTakeAsync(texts.Length);
            Assert.NotNull(again);
        }

        await using var restarted = new UsageSpool(path, default, NullLogger<UsageSpool>.Instance);
        Assert.Equal(places.Count, restarted.Pending);
    }

    [Fact]
    public async Task Who_took_a_place_has_it_after_the_file_was_written_anew()
    {
        await using var disk = await SmallDisk.TryMountAsync(_folder.File("small"), "16m");
        Assert.SkipWhen(disk is null, "Nothing may be mounted here.");
        await using var spool = new UsageSpool(System.IO.Path.Combine(_folder.File("small"), "usage.spool"), new ByteSize(64 << 10), NullLogger<UsageSpool>.Instance);
        var texts = new string('x', 4_000);
        using var place = await spool.TryTakeAsync(texts.Length);

        for (var i = 0; i < 400; i++)
        {
            await AppendAsync(spool, texts);
        }

        await spool.AcknowledgeAsync(400, Token);
        await AppendAsync(spool, "after it");
        disk.Fill();

        Assert.NotNull(place);
        await AppendAsync(spool, texts);
        Assert.Equal(2, spool.Pending);
    }

    /// <summary>Every number as long as it can be.</summary>
    private static UsageReport Largest(string callId)
    {
        var report = new UsageReport { CallId = callId, Account = new ColdStart() };

        foreach (var message in (Google.Protobuf.IMessage[])[report, report.Account])
        {
            foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
            {
                object? most = field.FieldType switch
                {
                    Google.Protobuf.Reflection.FieldType.Double => double.Epsilon,
                    Google.Protobuf.Reflection.FieldType.Int32 => -1,
                    Google.Protobuf.Reflection.FieldType.Int64 => -1L,
                    Google.Protobuf.Reflection.FieldType.Bool => true,
                    _ => null,
                };

                if (most is not null)
                {
                    field.Accessor.SetValue(message, most);
                }
            }
        }

        report.Outcome = "context_length_exceeded";
        return report;
    }

    [Fact]
    public async Task Whoever_waits_is_told_of_an_append()
    {
        await using var spool = Open();
        var waiting = spool.WaitForAppendAsync(Token);

        await AppendAsync(spool, "a");

        await Patience.ForAsync(waiting);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task AppendAsync(UsageSpool spool, params string[] calls)
    {
        foreach (var call in calls)
        {
            await Patience.ForAsync(spool.AppendAsync(new UsageReport { CallId = call }, Token));
        }
    }

    private UsageSpool Open() => new(Path, ByteSize.FromMebibytes(1), NullLogger<UsageSpool>.Instance);
}
