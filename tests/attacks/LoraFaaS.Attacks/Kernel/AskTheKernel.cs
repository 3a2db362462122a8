using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Kernel;

/// <summary>The parts of the kernel that break-outs are made of; none is of use to an engine or a function.</summary>
public sealed class AskTheKernel : Attack
{
    private static readonly (string Name, int Call)[] Calls =
    [
        ("bpf", 321), ("keyctl", 250), ("add_key", 248), ("request_key", 249), ("perf_event_open", 298), ("userfaultfd", 323), ("io_uring_setup", 425),
        ("io_uring_enter", 426), ("io_uring_register", 427), ("personality", 135), ("init_module", 175), ("finit_module", 313), ("kexec_file_load", 320),
        ("reboot", 169), ("swapon", 167), ("clock_settime", 227), ("fanotify_init", 300), ("inotify_init1", 294), ("seccomp", 317), ("splice", 275),
        ("vmsplice", 278), ("move_pages", 279), ("migrate_pages", 256), ("modify_ldt", 154),
        ("timer_create", 222), ("timerfd_create", 283), ("setitimer", 38), ("signalfd4", 289), ("io_setup", 206), ("syslog", 103), ("acct", 163), ("iopl", 172), ("ioperm", 173),
        ("name_to_handle_at", 303), ("quotactl", 179), ("lookup_dcookie", 212), ("uselib", 134), ("set_mempolicy", 238), ("pkey_alloc", 330), ("process_mrelease", 448), ("cachestat", 451),
        ("memfd_create", 319), ("sethostname", 170), ("vhangup", 153), ("setns by descriptor", 308), ("pidfd_open", 434), ("landlock_create_ruleset", 444), ("a call that does not exist", 900),
        ("a call of the 32-bit table", 0x40000000 - 1),
    ];

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        foreach (var (name, call) in Calls)
        {
            attempts.Call(name, () => Libc.syscall(call, 0, 0, 0, 0, 0, 0));
        }
    }
}
