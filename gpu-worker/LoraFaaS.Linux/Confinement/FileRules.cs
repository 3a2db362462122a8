using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>
/// Landlock (landlock(7)): from here on the calling thread, and what it starts or executes, sees only the files named. Never call it on a
/// thread of a process that lives on: pool threads it starts would inherit it.
/// </summary>
public static unsafe class FileRules
{
    private const nint CreateRuleset = 444;
    private const nint AddRule = 445;
    private const nint RestrictSelf = 446;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int RulePathBeneath = 1;

    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong Truncate = 1 << 14;
    private const ulong Device = 1 << 15;
    private const ulong All = (1 << 16) - 1;
    private const ulong OfFiles = Execute | WriteFile | ReadFile | Truncate | Device;

    /// <summary>The kernel's Landlock version; 0 where it has none.</summary>
    public static int Version => Math.Max(0, (int)LibC.syscall(CreateRuleset, 0, 0, 1, 0, 0, 0));

    /// <summary>What a kernel of this version can be told to rule over: file rights, TCP ports (4), abstract sockets and signals (6).</summary>
    internal static (ulong Files, ulong Network, ulong Scopes) Handled(int version)
    {
        var files = version switch
        {
            >= 5 => All,
            >= 3 => All & ~Device,
            2 => All & ~(Device | Truncate),
            _ => (ulong)(1 << 13) - 1,
        };
        return (files, version >= 4 ? 3UL : 0, version >= 6 ? 3UL : 0);
    }

    /// <exception cref="LinuxException">The kernel has no Landlock, or it is switched off.</exception>
    public static void Restrict(IEnumerable<string> readable, IEnumerable<string> executable, string? writableFolder)
    {
        ArgumentNullException.ThrowIfNull(readable);
        ArgumentNullException.ThrowIfNull(executable);

        var version = Version;
        var (files, network, scopes) = Handled(version);
        var attributes = stackalloc ulong[3] { files, network, scopes };
        var size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        var ruleset = (int)LibC.syscall(CreateRuleset, (nint)attributes, size, 0, 0, 0, 0);

        if (ruleset < 0)
        {
            throw LinuxException.Last("landlock_create_ruleset");
        }

        foreach (var path in readable)
        {
            Allow(ruleset, path, ReadFile | ReadFolder, files);
        }

        foreach (var path in executable)
        {
            Allow(ruleset, path, ReadFile | ReadFolder | Execute, files);
        }

        if (writableFolder is not null)
        {
            Allow(ruleset, writableFolder, All & ~(Execute | Device | (1 << 6) | (1 << 9) | (1 << 10) | (1 << 11)), files);
        }

        if (LibC.syscall(RestrictSelf, ruleset, 0, 0, 0, 0, 0) != 0)
        {
            throw LinuxException.Last("landlock_restrict_self");
        }

        LibC.close(ruleset);
    }

    /// <summary>What does not exist needs no rule.</summary>
    private static void Allow(int ruleset, string path, ulong access, ulong handled)
    {
        var descriptor = LibC.open(path, PathOnly | CloseOnExec, 0);

        if (descriptor < 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();

            if (errno is Errno.NoSuchFile)
            {
                return;
            }

            throw new LinuxException($"open({path})", errno);
        }

        if (!Directory.Exists(path))
        {
            access &= OfFiles;
        }

        // struct landlock_path_beneath_attr is packed: eight bytes of rights, four of descriptor.
        Span<byte> rule = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(rule, access & handled);
        BinaryPrimitives.WriteInt32LittleEndian(rule[8..], descriptor);

        fixed (byte* start = rule)
        {
            if (LibC.syscall(AddRule, ruleset, RulePathBeneath, (nint)start, 0, 0, 0) != 0)
            {
                throw LinuxException.Last($"landlock_add_rule({path})");
            }
        }

        LibC.close(descriptor);
    }
}
