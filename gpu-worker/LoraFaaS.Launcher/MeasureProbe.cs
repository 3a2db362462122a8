using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Native;
using LoraFaaS.Linux.Processes;

namespace LoraFaaS.Launcher;

/// <summary>
/// Tries measures for good: each on a thread of its own, which alone is changed by it, in a process that ends afterwards. Writes
/// <c>measure</c>, a tab and the reason why not, which is empty when it holds.
/// </summary>
internal static class MeasureProbe
{
    /// <param name="wanted">Names the user range, the writable folder and the control groups to try.</param>
    /// <param name="files">What a process of another user must be able to read.</param>
    /// <param name="output">One line a measure.</param>
    public static void Run(Confinement wanted, IReadOnlyList<string> files, TextWriter output)
    {
        Write(output, IsolationMeasure.Privileges, Try(TryPrivileges));
        Write(output, IsolationMeasure.Capabilities, Try(Credentials.DropCapabilities));
        Write(output, IsolationMeasure.User, Try(() => TryUser(wanted, files)));
        Write(output, IsolationMeasure.Files, Try(TryFiles));
        Write(output, IsolationMeasure.Calls, Try(TryCalls));
        Write(output, IsolationMeasure.Watch, TryWatch());
        Write(output, IsolationMeasure.Network, Try(Namespaces.LeaveNetwork));
        Write(output, IsolationMeasure.Ipc, Try(Namespaces.LeaveIpc));
        Write(output, IsolationMeasure.Tmp, Try(() => TryTmp(wanted)));

        foreach (var group in wanted.Cgroups)
        {
            output.Write($"{group}\t{Try(() => File.WriteAllText(group, "0"))}\n");
        }
    }

    private static void Write(TextWriter output, IsolationMeasure measure, string reason) => output.Write($"{measure}\t{reason}\n");

    /// <summary>Why it failed; empty when it did not.</summary>
    private static string Try(Action measure)
    {
        var reason = "";
        var thread = new Thread(() => reason = Reason(measure));
        thread.Start();
        thread.Join();
        return reason;
    }

    private static string Reason(Action measure)
    {
        try
        {
            measure();
            return "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return failure.Message;
        }
    }

    private static void TryPrivileges()
    {
        ProcessControl.ForbidNewPrivileges();
        Require(ProcessControl.HasNoNewPrivileges, "the kernel forgets it");
    }

    private static void TryUser(Confinement wanted, IReadOnlyList<string> files)
    {
        Require(wanted.UserBase is not null, "switched off (Worker:UserBase is 0)");
        Require(Credentials.IsRoot, "the worker is not root");
        var own = wanted.UserBase!.Value + (uint)Environment.ProcessId;
        Credentials.Become(own);
        Require(Credentials.UserId == own, "the user did not change");

        foreach (var file in files)
        {
            Require(Files.CanRead(file), $"another user cannot read {file}");
        }
    }

    private static void TryFiles()
    {
        ProcessControl.ForbidNewPrivileges();
        FileRules.Restrict([], [], null);
        Require(!Files.CanRead(Environment.ProcessPath!), "a file outside of the rules can be read");
    }

    private static void TryCalls()
    {
        Require(CallFilterInstaller.IsSupported, "there is no table of system calls for this processor");
        ProcessControl.ForbidNewPrivileges();
        var filter = CallFilter.Build(ConfinedKind.Sandbox, Environment.ProcessId, -1, CallVerdict.FailWith(Errno.NotPermitted));
        CallFilterInstaller.Install(filter, listens: false);
        Require(!Namespaces.CanUnshareNothing(), "a refused call went through");
    }

    /// <summary>Two threads: one asks, the other answers with an errno of its own choice.</summary>
    private static string TryWatch()
    {
        CallListener? listener = null;
        using var installed = new ManualResetEventSlim();
        var reason = "";

        var asking = new Thread(() =>
        {
            reason = Reason(() =>
            {
                Require(CallFilterInstaller.IsSupported, "there is no table of system calls for this processor");
                ProcessControl.ForbidNewPrivileges();
                listener = new CallListener(CallFilterInstaller.Install(AskedOnly(), listens: true)!);
            });
            installed.Set();

            if (reason.Length == 0 && Namespaces.CanUnshareNothing())
            {
                reason = "a call that was refused went through";
            }
        });
        asking.Start();
        installed.Wait();

        if (listener is not null)
        {
            var call = listener.Next();

            if (call is { } asked)
            {
                listener.Refuse(asked, Errno.AccessDenied);
            }
        }

        asking.Join();
        return reason;
    }

    /// <summary>A filter that asks about one harmless call, so that nothing else of this runtime can wait for an answer.</summary>
    private static System.Collections.Immutable.ImmutableArray<BpfInstruction> AskedOnly() => CallFilter.AskAbout(SystemCall.Unshare);

    private static void TryTmp(Confinement wanted)
    {
        Require(wanted.WritableFolder is not null, "no folder was named to try it on");
        Namespaces.MountPrivateTmp(wanted.WritableFolder!, 1 << 20, 0);
    }

    private static void Require(bool holds, string reason)
    {
        if (!holds)
        {
            throw new IOException(reason);
        }
    }
}
