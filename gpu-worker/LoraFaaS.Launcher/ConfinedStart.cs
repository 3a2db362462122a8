using System.Collections;
using System.Net.Sockets;
using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Linux.Sockets;

namespace LoraFaaS.Launcher;

/// <summary>
/// Takes every measure on the main thread, in the one order in which each is still permitted when its turn comes, and executes the program
/// from it. The other threads of this runtime end there; they were never confined, and they never do anything.
/// </summary>
internal static class ConfinedStart
{
    /// <summary>Above every descriptor the program may have; see <see cref="Descriptors.OpenProgram"/>.</summary>
    private const int DescriptorLimit = 512;

    public static void Run(Confinement confinement, IReadOnlyList<string> program)
    {
        var parent = ProcessControl.ParentProcessId;
        var socket = Connect(confinement.Socket);
        var executable = Descriptors.OpenProgram(program[0], DescriptorLimit);
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}").ToList();
        var user = confinement.UserBase is { } first ? first + (uint)Environment.ProcessId : (uint?)null;

        ProcessControl.StartSession();
        ProcessControl.ForbidNewPrivileges();
        EnterGroups(confinement);
        LeaveNamespaces(confinement, user);
        Descriptors.Arrange(socket.SafeHandle);

        foreach (var limit in confinement.Limits)
        {
            Limits.Set(limit);
        }

        Limits.Set(new ResourceLimit(Resource.Descriptors, DescriptorLimit));
        ChangeUser(confinement, user);
        ProcessControl.DieWithParentThread(Signal.Kill);

        if (ProcessControl.ParentProcessId != parent)
        {
            throw new IOException("The worker has ended.");
        }

        if (confinement.FileRules)
        {
            FileRules.Restrict(confinement.Readable, confinement.Executable, confinement.WritableFolder);
        }

        var listener = confinement.CallFilter
            ? CallFilterInstaller.Install(Filter(confinement, executable), confinement.CallWatch)
            : null;
        ListenerGreeting.Send(socket, listener);
        Descriptors.Execute(executable, program, environment);
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    /// <summary>"0" is whoever writes it.</summary>
    private static void EnterGroups(Confinement confinement)
    {
        foreach (var group in confinement.Cgroups)
        {
            File.WriteAllText(group, "0");
        }
    }

    private static void LeaveNamespaces(Confinement confinement, uint? user)
    {
        if (confinement.NetworkNamespace)
        {
            Namespaces.LeaveNetwork();
        }

        if (confinement.IpcNamespace)
        {
            Namespaces.LeaveIpc();
        }

        if (confinement is { PrivateTmpBytes: { } bytes, WritableFolder: { } folder })
        {
            Namespaces.MountPrivateTmp(folder, bytes, user ?? Credentials.UserId);
        }
    }

    private static void ChangeUser(Confinement confinement, uint? user)
    {
        if (confinement.DropCapabilities)
        {
            Credentials.NarrowBoundingSet();
        }

        if (user is { } own)
        {
            Credentials.Become(own);
        }

        if (confinement.DropCapabilities)
        {
            Credentials.DropCapabilities();
        }
    }

    private static System.Collections.Immutable.ImmutableArray<BpfInstruction> Filter(Confinement confinement, int executable) => CallFilter.Build(
        confinement.Kind,
        Environment.ProcessId,
        executable,
        confinement.CallWatch ? CallVerdict.Ask : CallVerdict.FailWith(LoraFaaS.Linux.Native.Errno.NotPermitted));
}
