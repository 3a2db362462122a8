using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Cpu.Assembling;

/// <summary>
/// Pages of machine code: mapped writable, filled, then turned to read and execute. They are never writable and executable at once, and
/// never writable again, so that a policy which refuses such mappings has nothing to refuse.
/// </summary>
internal sealed unsafe class ExecutableMemory : SafeHandle
{
    private readonly nuint _length;

    private ExecutableMemory(nint address, nuint length)
        : base(LibC.MAP_FAILED, ownsHandle: true)
    {
        _length = length;
        SetHandle(address);
    }

    public override bool IsInvalid => handle is 0 or LibC.MAP_FAILED;

    public nint Address => handle;

    /// <param name="write">Fills the pages; is told the address at which they will run.</param>
    /// <exception cref="Win32Exception">The system gives no memory, or refuses to make it executable.</exception>
    public static ExecutableMemory Create(int bytes, Action<nint> write)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var page = (nuint)Environment.SystemPageSize;
        var length = ((nuint)bytes + page - 1) / page * page;
        var address = LibC.mmap(0, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (address == LibC.MAP_FAILED)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "mmap for kernels failed");
        }

        var memory = new ExecutableMemory(address, length);
        try
        {
            // What is not a kernel stops whoever jumps there.
            new Span<byte>((void*)address, (int)length).Fill(0xCC);
            write(address);
            if (LibC.mprotect(address, length, LibC.PROT_READ | LibC.PROT_EXEC) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "mprotect of kernels to read and execute failed");
            }

            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    protected override bool ReleaseHandle() => LibC.munmap(handle, _length) == 0;
}
