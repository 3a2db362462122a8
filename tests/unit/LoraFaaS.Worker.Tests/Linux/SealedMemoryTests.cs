using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class SealedMemoryTests
{
    private const long Length = 3 * 4096;

    [Fact]
    public void What_was_packed_is_read_back_through_another_mapping()
    {
        using var memory = Sealed(0xA5);
        using var mapped = memory.Map();

        Assert.Equal(Length, mapped.Length);
        Assert.Equal(0xA5, mapped.Span(0, 1)[0]);
        Assert.Equal(0xA5, mapped.Span(Length - 1, 1)[0]);
    }

    [Fact]
    public void Mapping_it_writable_is_refused()
    {
        using var memory = Sealed(1);

        var failure = Assert.Throws<LinuxException>(() => MappedMemory.OfFile(memory.Descriptor, Length, MemoryAccess.Read | MemoryAccess.Write));

        Assert.Equal(Errno.NotPermitted, failure.Errno);
    }

    [Fact]
    public void Making_a_read_only_mapping_writable_is_refused()
    {
        using var memory = Sealed(1);
        using var mapped = memory.Map();

        var failure = Assert.Throws<LinuxException>(() => mapped.Protect(MemoryAccess.Read | MemoryAccess.Write));

        Assert.Equal(Errno.AccessDenied, failure.Errno);
    }

    [Fact]
    public unsafe void Writing_to_it_is_refused()
    {
        using var memory = Sealed(1);
        byte one = 1;

        Assert.Equal(-1, LibC.write(memory.Descriptor, &one, 1));
        Assert.Equal((int)Errno.NotPermitted, System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(16 * 4096)]
    public void Changing_its_length_is_refused(long length)
    {
        using var memory = Sealed(1);

        Assert.Equal(-1, LibC.ftruncate(memory.Descriptor, length));
        Assert.Equal((int)Errno.NotPermitted, System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
    }

    [Fact]
    public void A_descriptor_without_seals_is_not_taken()
    {
        var path = Path.GetTempFileName();
        using var memory = UnsealedMemory.Create("unsealed", Length);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);

        // An ordinary file knows no seals at all.
        Assert.Throws<LinuxException>(() => SealedMemory.FromDescriptor(file));
    }

    [Fact]
    public void The_producers_own_mapping_is_gone_after_sealing()
    {
        using var memory = UnsealedMemory.Create("test", Length);
        using var taken = memory.Seal();

        Assert.Throws<ObjectDisposedException>(() => memory.Memory.Span(0, 1)[0] = 1);
    }

    [Fact]
    public void A_window_beyond_the_end_is_refused()
    {
        using var memory = MappedMemory.Anonymous(4096);

        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Span(4096, 1)[0]);
    }

    private static SealedMemory Sealed(byte value)
    {
        using var memory = UnsealedMemory.Create("test", Length);
        memory.Memory.Span(0, (int)Length).Fill(value);
        return memory.Seal();
    }
}
