using Google.Protobuf.Reflection;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Protocol.Tests.ColdStartParts;

public sealed class ColdStartsTests
{
    /// <summary>What is no stage before the first token: the whole, what follows it, and what closes the account.</summary>
    private static readonly string[] NoStages = ["ttft_ms", "decode_ms", "transport_ms"];

    private static IEnumerable<FieldDescriptor> Stages =>
        ColdStart.Descriptor.Fields.InFieldNumberOrder().Where(part => part.Name.EndsWith("_ms", StringComparison.Ordinal) && !NoStages.Contains(part.Name));

    [Fact]
    public void Every_stage_is_in_the_sum_once()
    {
        foreach (var stage in Stages)
        {
            var account = new ColdStart();
            stage.Accessor.SetValue(account, 2.5);

            Assert.True(account.Sum() == 2.5, $"{stage.Name} is not in the sum once");
        }
    }

    [Fact]
    public void Whatever_each_process_saw_the_parts_add_up_to_the_time_that_was_measured_last()
    {
        var random = new Random(4);

        for (var round = 0; round < 1_000; round++)
        {
            var gateway = new ColdStart { DoorMs = random.Next(50), ActivationMs = random.Next(50), ConnectMs = random.Next(50), AdapterMs = random.Next(50) };
            gateway.TtftMs = gateway.Sum();
            var worker = OfWorker(random);
            worker.TtftMs = worker.Sum() + random.Next(20);

            var joined = ColdStarts.Join(gateway, worker);
            AddsUp(gateway.TtftMs + worker.TtftMs, joined);

            var (way, flush) = (random.Next(20), random.Next(20));
            var whole = joined.Flushed(joined.TtftMs + way, flush);
            AddsUp(joined.TtftMs + way + flush, whole);
            Assert.Equal(joined.TransportMs + way, whole.TransportMs, tolerance: 1e-6);
        }
    }

    private static void AddsUp(double measured, ColdStart account)
    {
        Assert.Equal(measured, account.TtftMs, tolerance: 1e-6);
        Assert.Equal(measured, account.Sum() + account.TransportMs, tolerance: 1e-6);
    }

    /// <summary>As a worker fills it in: not what only a gateway sees.</summary>
    private static ColdStart OfWorker(Random random)
    {
        var account = new ColdStart();

        foreach (var stage in Stages.Where(stage => stage.Name is not ("door_ms" or "activation_ms" or "connect_ms" or "flush_ms")))
        {
            stage.Accessor.SetValue(account, (double)random.Next(50));
        }

        return account;
    }
}
