using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class UnfinishedMemoryTests
{
    private const long Length = 3 * 4096;

    [Fact]
    public void A_reader_sees_what_is_written_after_it_was_let_in_and_does_not_keep_it_from_being_sealed()
    {
        using var memory = UnsealedMemory.Create("unfinished", Length);
        memory.CloseToWriters();
        using var reader = memory.OpenReader();
        using var mapped = UnfinishedMemory.Map(reader);

        memory.Memory.Span(4096, 1)[0] = 0xA5;
        Assert.Equal(0xA5, mapped.Span(4096, 1)[0]);

        using var finished = memory.Seal();
        using var again = SealedMemory.FromDescriptor(reader).Map();
        Assert.Equal(0xA5, again.Span(4096, 1)[0]);
    }

    [Fact]
    public unsafe void Nobody_but_its_maker_writes_to_it()
    {
        using var memory = UnsealedMemory.Create("unfinished", Length);
        memory.CloseToWriters();
        using var reader = memory.OpenReader();
        byte one = 1;

        Assert.Throws<LinuxException>(() => MappedMemory.OfFile(reader, Length, MemoryAccess.Read | MemoryAccess.Write));
        Assert.Throws<LinuxException>(() => MappedMemory.OfFile(memory.Descriptor, Length, MemoryAccess.Read | MemoryAccess.Write));
        Assert.Equal(-1, LibC.write(reader, &one, 1));
        Assert.Equal(-1, LibC.write(memory.Descriptor, &one, 1));
        Assert.Equal(-1, LibC.ftruncate(memory.Descriptor, 4096));
        using var mapped = UnfinishedMemory.Map(reader);
        Assert.Throws<LinuxException>(() => mapped.Protect(MemoryAccess.Read | MemoryAccess.Write));
    }

    [Fact]
    public void One_that_others_may_write_to_is_refused()
    {
        using var memory = UnsealedMemory.Create("unfinished", Length);
        memory.SealLength();

        Assert.Throws<InvalidDataException>(() => UnfinishedMemory.Map(memory.Descriptor));
    }
}
