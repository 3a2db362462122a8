using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>Namespaces of the calling thread's own (unshare(2)); a program it executes keeps them.</summary>
public static class Namespaces
{
    private const int NewMounts = 0x00020000;
    private const int NewHostName = 0x04000000;
    private const int NewIpc = 0x08000000;
    private const int NewNetwork = 0x40000000;
    private const nuint NoSetUser = 2;
    private const nuint NoDevices = 4;
    private const nuint NoPrograms = 8;
    private const nuint Recursive = 0x4000;
    private const nuint Private = 1 << 18;

    public static void LeaveNetwork() => Unshare(NewNetwork, "unshare(CLONE_NEWNET)");

    public static void LeaveIpc() => Unshare(NewIpc | NewHostName, "unshare(CLONE_NEWIPC|CLONE_NEWUTS)");

    /// <summary>unshare(0): a call that does nothing and always succeeds, unless it is not allowed.</summary>
    public static bool CanUnshareNothing() => LibC.unshare(0) == 0;

    /// <summary>A tmpfs over a folder, seen by this thread and what it starts alone; its pages count as the process's memory.</summary>
    public static void MountPrivateTmp(string folder, long bytes, uint user)
    {
        Unshare(NewMounts, "unshare(CLONE_NEWNS)");

        if (LibC.mount(null, "/", null, Recursive | Private, null) != 0)
        {
            throw LinuxException.Last("mount(/, MS_PRIVATE)");
        }

        var options = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"size={bytes},nr_inodes=1024,mode=0700,uid={user},gid={user}");

        if (LibC.mount("lorafaas", folder, "tmpfs", NoSetUser | NoDevices | NoPrograms, options) != 0)
        {
            throw LinuxException.Last($"mount(tmpfs, {folder})");
        }
    }

    private static void Unshare(int flags, string call)
    {
        if (LibC.unshare(flags) != 0)
        {
            throw LinuxException.Last(call);
        }
    }
}
