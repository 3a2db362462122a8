using System.Diagnostics;
using System.Runtime.InteropServices;
using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Runs another program: by .NET, by execve, and through the one descriptor the launcher was allowed to execute.</summary>
public sealed unsafe class StartPrograms : Attack
{
    private const int Execve = 59, ExecveAt = 322, EmptyPath = 0x1000, FirstForbidden = 512, DuplicateAtLeast = 0;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        attempts.Do("Process.Start(/bin/true)", () => Process.Start("/bin/true")!.Dispose());

        var path = Marshal.StringToCoTaskMemUTF8("/bin/true");
        var empty = Marshal.StringToCoTaskMemUTF8("");
        var none = stackalloc nint[2] { path, 0 };
        var arguments = (nint)none;
        attempts.Call("execve(/bin/true)", () => Libc.syscall(Execve, path, arguments, 0, 0, 0, 0));

        var program = Libc.open("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 0, 0);
        program = program < 0 ? Libc.open(Environment.ProcessPath!, 0, 0) : program;
        attempts.Call("execveat(an open program)", () => Libc.syscall(ExecveAt, program, empty, arguments, 0, EmptyPath, 0));

        for (var number = FirstForbidden; number < FirstForbidden + 4; number++)
        {
            var local = number;
            attempts.Call($"dup2(program, {local})", () => Libc.syscall(33, program, local, 0, 0, 0, 0));
            attempts.Call($"fcntl(F_DUPFD, {local})", () => Libc.fcntl(program, DuplicateAtLeast, local));
            attempts.Call($"execveat({local})", () => Libc.syscall(ExecveAt, local, empty, arguments, 0, EmptyPath, 0));
        }

        Libc.close(program);
    }
}
