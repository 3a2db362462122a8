using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Memory;

/// <summary>Changes the backbone through its descriptor, and the seals that forbid it.</summary>
public sealed unsafe class UnsealBackbone : Attack
{
    private const int AddSeals = 1033, FutureWrite = 0x10, PunchHole = 0x2, KeepSize = 0x1, Allocate = 285;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        if (target.BackboneDescriptor < 0)
        {
            attempts.Refuse("it has no descriptor of the backbone");
            return;
        }

        var descriptor = target.BackboneDescriptor;
        attempts.Call("fcntl(F_ADD_SEALS, none)", () => Libc.fcntl(descriptor, AddSeals, 0));
        attempts.Call("fcntl(F_ADD_SEALS, future write)", () => Libc.fcntl(descriptor, AddSeals, FutureWrite));
        attempts.Call("pwrite(backbone)", () => Write(descriptor));
        attempts.Call("write(backbone)", () => WriteOn(descriptor));
        attempts.Call("ftruncate(backbone, 0)", () => Libc.ftruncate(descriptor, 0));
        attempts.Call("ftruncate(backbone, longer)", () => Libc.ftruncate(descriptor, (nint)target.BackboneBytes * 2));
        attempts.Call("fallocate(backbone, punch a hole)", () => Libc.syscall(Allocate, descriptor, PunchHole | KeepSize, 0, 4_096, 0, 0));
    }

    private static nint WriteOn(int descriptor)
    {
        var bytes = stackalloc byte[16];
        return Libc.write(descriptor, bytes, 16);
    }

    private static nint Write(int descriptor)
    {
        var bytes = stackalloc byte[16];
        return Libc.pwrite(descriptor, bytes, 16, 0);
    }
}
