using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Files;

/// <summary>Locks files that others read too: a program that asks for a lock with each file it opens, as .NET does, could not open them any more.</summary>
public sealed unsafe class HoldLocks : Attack
{
    private const int ReadOnly = 0x80000, Flock = 73, Exclusive = 2, NotWaiting = 4, SetLock = 6, SetOpenFileLock = 37, SetLease = 1024, Notify = 1026, ReadLock = 0;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        string[] shared = ["/proc/meminfo", "/proc/stat", "/dev/null", "/dev/urandom", typeof(object).Assembly.Location, Environment.ProcessPath!];

        foreach (var path in shared)
        {
            var file = Libc.open(path, ReadOnly, 0);

            if (file < 0)
            {
                attempts.Refuse($"open {path}");
                continue;
            }

            attempts.Call($"flock({path}, exclusive)", () => Libc.syscall(Flock, file, Exclusive | NotWaiting, 0, 0, 0, 0));
            attempts.Call($"fcntl({path}, F_SETLK)", () => Lock(file, SetLock));
            attempts.Call($"fcntl({path}, F_OFD_SETLK)", () => Lock(file, SetOpenFileLock));
            attempts.Call($"fcntl({path}, F_SETLEASE)", () => Libc.fcntl(file, SetLease, ReadLock));
            attempts.Call($"fcntl({path}, F_NOTIFY)", () => Libc.fcntl(file, Notify, 1));
            Libc.close(file);
        }
    }

    private static nint Lock(int file, int command)
    {
        // struct flock: type, whence, start, length, process. A read lock, since the file is open for reading; of all of it.
        var whole = stackalloc long[4];
        whole[0] = ReadLock;
        return Libc.fcntl(file, command, (nint)whole);
    }
}
