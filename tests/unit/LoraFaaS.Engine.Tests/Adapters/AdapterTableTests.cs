using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Adapters;

public sealed class AdapterTableTests
{
    private const int PageBytes = 16 << 10;

    [Fact]
    public void An_adapter_takes_its_pages_and_gives_them_back_when_nobody_holds_it()
    {
        using var packed = PackedAdapter.Of("sql");
        using var arena = new HostMemory(4 << 20);
        var pool = new PagePool(arena, PageBytes);
        using var table = new AdapterTable(pool, Shapes.Demo);
        var image = packed.Open();

        var adapter = Assert.IsType<AdapterLoad.Loaded>(table.Load(image, new OwnerTag(3))).Adapter;
        Assert.Equal(table.PagesFor(image), pool.Used);

        adapter.Acquire();
        Assert.False(table.TryUnload(adapter));
        adapter.Release();
        Assert.True(table.TryUnload(adapter));
        Assert.False(table.TryUnload(adapter));
        Assert.Equal(0, pool.Used);
    }

    [Fact]
    public void Too_few_pages_is_an_answer_and_nothing_is_taken()
    {
        using var packed = PackedAdapter.Of("sql");
        using var arena = new HostMemory(8 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        using var table = new AdapterTable(pool, Shapes.Demo);

        var full = Assert.IsType<AdapterLoad.OutOfPages>(table.Load(packed.Open(), new OwnerTag(3)));

        Assert.Equal(8, full.Free);
        Assert.Equal(table.PagesFor(packed.Open()), full.Needed);
        Assert.Equal(0, pool.Used);
    }

    [Fact]
    public void An_adapter_for_another_backbone_is_refused()
    {
        using var packed = PackedAdapter.Of("sentiment");
        using var arena = new HostMemory(4 << 20);
        using var table = new AdapterTable(new PagePool(arena, PageBytes), Shapes.Demo with { Layers = 4 });

        Assert.Contains("layer 4", Assert.IsType<AdapterLoad.DoesNotFit>(table.Load(packed.Open(), new OwnerTag(3))).Why, StringComparison.Ordinal);
    }

    /// <summary>A demo adapter, packed.</summary>
    private sealed class PackedAdapter(NativeBytes bytes) : IDisposable
    {
        public static PackedAdapter Of(string name)
        {
            var folder = GoldenFiles.DemoAdapter(name);
            var backbone = Checkpoint.ReadConfig(GoldenFiles.DemoBackbone).ValueOrThrow();
            var config = AdapterConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "adapter_config.json"))).ValueOrThrow();
            using var tensors = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors")).ValueOrThrow();
            var weights = Assert.IsType<AdapterValidation.Valid>(AdapterValidator.ValidateShapes(config, tensors, backbone)).Weights;
            var bytes = new NativeBytes(AdapterPacker.Measure(weights, backbone));
            AdapterPacker.Pack(weights, tensors, backbone, bytes.Span, CancellationToken.None);
            return new PackedAdapter(bytes);
        }

        public AdapterImage Open() => AdapterImage.Open(bytes.Address, bytes.Length);

        public void Dispose() => bytes.Dispose();
    }
}
