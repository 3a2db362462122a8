using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>Zeroed native memory for an image.</summary>
internal sealed unsafe class NativeBytes(long length) : IDisposable
{
    private void* _block = Allocate(length);

    public nint Address => (nint)_block;

    public long Length => length;

    public Span<byte> Span => new(_block, checked((int)length));

    public void Dispose()
    {
        NativeMemory.AlignedFree(_block);
        _block = null;
    }

    private static void* Allocate(long length)
    {
        var block = NativeMemory.AlignedAlloc((nuint)length, 4096);
        NativeMemory.Clear(block, (nuint)length);
        return block;
    }
}
