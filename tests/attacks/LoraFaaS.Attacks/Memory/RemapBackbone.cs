using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Memory;

/// <summary>Makes the shared backbone writable: by mprotect, by mapping it again, by opening it again through /proc.</summary>
public sealed class RemapBackbone : Attack
{
    private const int Read = 1, Write = 2, Execute = 4, Shared = 1, SharedValidate = 3, ReadWrite = 2;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        if (target.Backbone == 0)
        {
            attempts.Refuse("it has no backbone");
            return;
        }

        var length = (nuint)target.BackboneBytes;
        attempts.Call("mprotect(backbone, read+write)", () => Libc.mprotect((nint)target.Backbone, length, Read | Write));
        attempts.Call("mprotect(backbone, write+execute)", () => Libc.mprotect((nint)target.Backbone, length, Write | Execute));
        attempts.Call("mmap(backbone, shared, write)", () => Libc.mmap(0, length, Read | Write, Shared, target.BackboneDescriptor, 0));
        attempts.Call("mmap(backbone, shared+validate, write)", () => Libc.mmap(0, length, Write, SharedValidate, target.BackboneDescriptor, 0));

        var again = -1;

        if (attempts.Call("open(/proc/self/fd/N, read+write)", () => again = Libc.open($"/proc/self/fd/{target.BackboneDescriptor}", ReadWrite, 0)))
        {
            Libc.close(again);
        }
    }
}
