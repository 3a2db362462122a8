using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Kernel;

/// <summary>Makes or enters namespaces and mounts, with which the file rules could be walked around.</summary>
public sealed class LeaveNamespaces : Attack
{
    private static readonly (string Name, int Call, nint First)[] Calls =
    [
        ("unshare(user)", 272, 0x10000000), ("unshare(mount)", 272, 0x00020000), ("unshare(pid)", 272, 0x20000000), ("setns", 308, 3), ("mount", 165, 0),
        ("umount2", 166, 0), ("pivot_root", 155, 0), ("chroot", 161, 0), ("open_tree", 428, -100), ("move_mount", 429, -100), ("fsopen", 430, 0),
        ("mount_setattr", 442, -100), ("clone(new user namespace)", 56, 0x10000011), ("clone3", 435, 0),
    ];

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        foreach (var (name, call, first) in Calls)
        {
            attempts.Call(name, () => Libc.syscall(call, first, 0, 0, 0, 0, 0));
        }
    }
}
