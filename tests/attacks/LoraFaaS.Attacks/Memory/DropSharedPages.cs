using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Memory;

/// <summary>Has memory that others use too moved, merged or dropped, so that they fault it in again, and takes huge pages that no limit counts.</summary>
public sealed unsafe class DropSharedPages : Attack
{
    private const int Madvise = 28, Fadvise = 221, Mbind = 237, ReadOnly = 0x80000, DropFromCache = 4, Interleave = 3, Move = 2;
    private const int ReadWrite = 3, PrivateAnonymous = 0x22, HugePages = 0x40000;
    private const nint PageBytes = 4_096, HugeBytes = 2 << 20;

    private static readonly (string Name, int Advice)[] Advices = [("remove", 9), ("mergeable", 12), ("cold", 20), ("page out", 21), ("poison", 100), ("soft offline", 101)];

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        var own = Libc.mmap(0, (nuint)PageBytes, ReadWrite, PrivateAnonymous, -1, 0);
        var (memory, bytes) = target.Backbone == 0 ? (own, PageBytes) : ((nint)target.Backbone, (nint)target.BackboneBytes);

        foreach (var (name, advice) in Advices)
        {
            attempts.Call($"madvise({name})", () => Libc.syscall(Madvise, memory, bytes, advice, 0, 0, 0));
        }

        if (target.Backbone != 0)
        {
            attempts.Call("mbind(backbone)", () => Bind(memory, bytes));
        }

        attempts.Call("mmap(huge pages)", () => Libc.mmap(0, (nuint)HugeBytes, ReadWrite, PrivateAnonymous | HugePages, -1, 0));
        var program = Libc.open(typeof(object).Assembly.Location, ReadOnly, 0);

        // posix_fadvise answers with the error and not by errno.
        attempts.Call("fadvise(runtime, not needed)", () => Libc.syscall(Fadvise, program, 0, 0, DropFromCache, 0, 0));
        Libc.close(program);
    }

    private static nint Bind(nint memory, nint bytes)
    {
        ulong nodes = 1;
        return Libc.syscall(Mbind, memory, bytes, Interleave, (nint)(&nodes), 64, Move);
    }
}
