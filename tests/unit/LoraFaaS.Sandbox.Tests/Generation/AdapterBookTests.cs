using LoraFaaS.Engine;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Sandbox.Generation;
using LoraFaaS.Sandbox.Tests.Harness;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class AdapterBookTests(DemoWorld demo)
{
    private const string Digest = "sha256:sql";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_came_twice_gives_its_second_pages_back_when_its_last_sequence_has_let_go(bool isHeld)
    {
        using var backend = new CpuBackend(new EngineOptions { Threads = 1 });
        using var arena = backend.Allocate(4 << 20);
        var pool = new PagePool(arena, 16 << 10);
        using var backbone = demo.Backbone.Map();
        using var table = new AdapterTable(pool, BackboneImage.Open(AddressOf(backbone), backbone.Length).Shape);
        using var memory = demo.Adapter("sql").Map();
        var book = new AdapterBook(table);
        var (first, second) = (Load(table, memory), Load(table, memory));
        book.Expect(Digest);
        book.Expect(Digest);

        Assert.Same(first, book.Arrive(Digest, first));

        if (isHeld)
        {
            second.Acquire();
        }

        Assert.Same(first, book.Arrive(Digest, second));
        Assert.False(book.IsExpected(Digest));

        // The worker hears nothing of it: the adapter that it knows is here.
        Assert.Empty(book.Sweep());

        if (isHeld)
        {
            Assert.Equal(2, table.Count);
            second.Release();
            Assert.Empty(book.Sweep());
        }

        Assert.Equal(1, table.Count);
        Assert.Same(first, book.Find(Digest));
        Assert.True(book.TryLeave(Digest));
        Assert.Equal([Digest], book.Sweep());
        Assert.Equal(0, pool.Used);
    }

    private static AdapterHandle Load(AdapterTable table, MappedMemory memory) =>
        Assert.IsType<AdapterLoad.Loaded>(table.Load(AdapterImage.Open(AddressOf(memory), memory.Length), new OwnerTag(3))).Adapter;

    private static unsafe nint AddressOf(MappedMemory memory) => (nint)memory.Address;
}
