using System.Collections.Immutable;
using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Worker.Tests.Linux;

/// <summary>The filter's program, run by a small interpreter of the same instructions: what the kernel would answer, without a kernel.</summary>
public sealed class CallFilterTests
{
    private const uint X64 = 0xC000003E;
    private const int OwnPid = 4_711;
    private const int Program = 512;
    private static readonly uint Refused = CallVerdict.FailWith(Errno.NotPermitted);

    [Theory]
    [InlineData(SystemCall.Read)]
    [InlineData(SystemCall.Futex)]
    [InlineData(SystemCall.Mprotect)]
    [InlineData(SystemCall.Recvmsg)]
    [InlineData(SystemCall.ExitGroup)]
    [InlineData(SystemCall.Membarrier)]
    public void What_the_runtime_needs_is_allowed(SystemCall call) => Assert.Equal(CallVerdict.Allow, Judge(call));

    [Fact]
    public void Whatever_is_not_on_the_list_is_refused()
    {
        SystemCall[] dangerous =
        [
            SystemCall.Ptrace, SystemCall.ProcessVmReadv, SystemCall.ProcessVmWritev, SystemCall.Socket, SystemCall.Connect, SystemCall.Bind, SystemCall.Socketpair,
            SystemCall.Mount, SystemCall.Bpf, SystemCall.Keyctl, SystemCall.Userfaultfd, SystemCall.PerfEventOpen, SystemCall.MemfdCreate, SystemCall.Execve,
            SystemCall.IoUringSetup, SystemCall.PidfdOpen, SystemCall.PidfdGetfd, SystemCall.Unshare, SystemCall.Setns, SystemCall.Fork, SystemCall.Vfork,
            SystemCall.Setuid, SystemCall.Seccomp, SystemCall.Shmget, SystemCall.Tkill, SystemCall.Openat2, SystemCall.OpenByHandleAt,
        ];

        Assert.All(dangerous, call => Assert.Equal(Refused, Judge(call)));
        Assert.All(Enumerable.Range(460, 200), number => Assert.Equal(Refused, Judge((SystemCall)number)));
    }

    [Fact]
    public void Every_kind_and_verdict_makes_a_program_the_kernel_would_take()
    {
        foreach (var kind in Enum.GetValues<ConfinedKind>())
        {
            foreach (var verdict in (uint[])[Refused, CallVerdict.Ask])
            {
                var code = CallFilter.Build(kind, OwnPid, Program, verdict);
                Assert.InRange(code.Length, 1, 4_096);

                for (var at = 0; at < code.Length; at++)
                {
                    if (code[at].Code is BpfInstruction.JumpIfEqual or BpfInstruction.JumpIfAtLeast or BpfInstruction.JumpIfAnyBit)
                    {
                        Assert.True(at + 1 + Math.Max(code[at].IfTrue, code[at].IfFalse) < code.Length);
                    }
                }

                Assert.Equal(BpfInstruction.Return, code[^1].Code);
            }
        }
    }

    [Fact]
    public void Another_architecture_and_the_x32_calls_end_the_process()
    {
        var code = CallFilter.Build(ConfinedKind.Sandbox, OwnPid, Program, Refused);

        Assert.Equal(CallVerdict.KillProcess, Run(code, 0, 0x40000003, []));
        Assert.Equal(CallVerdict.KillProcess, Run(code, 0x40000000, X64, []));
    }

    [Fact]
    public void Threads_are_allowed_and_processes_are_not()
    {
        const ulong Thread = 0x3D0F00, Process = 17, ThreadInNamespace = Thread | 0x10000000;

        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Clone, Thread));
        Assert.Equal(Refused, Judge(SystemCall.Clone, Process));
        Assert.Equal(Refused, Judge(SystemCall.Clone, ThreadInNamespace));
        Assert.Equal(CallVerdict.FailWith(Errno.NotImplemented), Judge(SystemCall.Clone3));
    }

    [Fact]
    public void Signals_and_limits_are_for_itself_alone()
    {
        foreach (var call in (SystemCall[])[SystemCall.Kill, SystemCall.Tgkill, SystemCall.Prlimit64, SystemCall.SchedSetaffinity])
        {
            Assert.Equal(CallVerdict.Allow, Judge(call, OwnPid));
            Assert.Equal(Refused, Judge(call, OwnPid + 1));
            Assert.Equal(Refused, Judge(call, unchecked((ulong)-1)));
        }
    }

    [Fact]
    public void One_descriptor_may_be_executed_and_nothing_else()
    {
        const ulong EmptyPath = 0x1000;

        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Execveat, Program, 0, 0, 0, EmptyPath));
        Assert.Equal(Refused, Judge(SystemCall.Execveat, Program - 1, 0, 0, 0, EmptyPath));
        Assert.Equal(Refused, Judge(SystemCall.Execveat, Program, 0, 0, 0, 0));
    }

    [Fact]
    public void A_sandbox_opens_to_read_and_a_handler_also_to_write()
    {
        const ulong ReadOnly = 0x80000, Create = 0x41;

        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Openat, 0, 0, ReadOnly));
        Assert.Equal(Refused, Judge(SystemCall.Openat, 0, 0, Create));
        Assert.Equal(CallVerdict.Allow, Run(CallFilter.Build(ConfinedKind.Handler, OwnPid, Program, Refused), (uint)SystemCall.Openat, X64, [0, 0, Create]));
        Assert.Equal(CallVerdict.Ask, Run(CallFilter.Build(ConfinedKind.Handler, OwnPid, Program, CallVerdict.Ask), (uint)SystemCall.Openat, X64, [0, 0, Create]));
    }

    [Fact]
    public void Memory_is_asked_about_where_the_backbone_lies_and_where_files_are_shared()
    {
        const ulong Inside = 0x2fff_ffff_f000, Below = 0x1fff_ffff_f000, Above = 0x3000_0000_0000, Shared = 1, Private = 0x22;

        foreach (var call in (SystemCall[])[SystemCall.Mprotect, SystemCall.Mremap])
        {
            Assert.Equal(Refused, Judge(call, Inside, 4_096, 3));
            Assert.Equal(CallVerdict.Allow, Judge(call, Below, 4_096, 3));
            Assert.Equal(CallVerdict.Allow, Judge(call, Above, 4_096, 3));
        }

        var asking = CallFilter.Build(ConfinedKind.Sandbox, OwnPid, Program, CallVerdict.Ask);
        Assert.Equal(CallVerdict.Ask, Run(asking, (uint)SystemCall.Mmap, X64, [0, 4_096, 3, Shared, 5]));
        Assert.Equal(CallVerdict.Allow, Run(asking, (uint)SystemCall.Mmap, X64, [0, 4_096, 3, Private, 5]));
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Mmap, 0, 4_096, 3, Shared, 5));
        Assert.Equal(Refused, Judge(SystemCall.Pwrite64, 5));
    }

    [Fact]
    public void A_datagram_to_an_address_is_refused_also_one_above_four_gigabytes()
    {
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Sendto, 3, 1, 1, 0, 0));
        Assert.Equal(Refused, Judge(SystemCall.Sendto, 3, 1, 1, 0, 0x7fff_1234));
        Assert.Equal(Refused, Judge(SystemCall.Sendto, 3, 1, 1, 0, 0x7fff_0000_0000));
    }

    [Fact]
    public void What_others_use_too_is_neither_locked_nor_dropped_nor_moved()
    {
        const ulong Shared = 1, Exclusive = 2, NotWaiting = 4, Backbone = 0x2000_0000_1000, Own = 0x7f00_0000_1000, HugePages = 0x40022;
        ulong[] harmful = [9, 12, 20, 21, 100, 101], harmless = [3, 4, 14, 15, 16, 22, 23, 25];
        var asking = CallFilter.Build(ConfinedKind.Handler, OwnPid, Program, CallVerdict.Ask);

        // Quietly for the lock that a runtime takes with each file, and with a question for one that keeps others out.
        Assert.Equal(CallVerdict.FailWith(Errno.NotPermitted), Run(asking, (uint)SystemCall.Flock, X64, [5, Shared | NotWaiting]));
        Assert.Equal(CallVerdict.Ask, Run(asking, (uint)SystemCall.Flock, X64, [5, Exclusive | NotWaiting]));
        Assert.All((ulong[])[6, 7, 37, 38, 1024, 1026], command => Assert.Equal(Refused, Judge(SystemCall.Fcntl, 5, command)));
        Assert.All(harmful, advice => Assert.Equal(Refused, Judge(SystemCall.Madvise, Own, 4_096, advice)));
        Assert.All(harmless, advice => Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Madvise, Own, 4_096, advice)));
        Assert.Equal(Refused, Judge(SystemCall.Fadvise64, 5, 0, 0, 4));
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Fadvise64, 5, 0, 0, 2));
        Assert.Equal(Refused, Judge(SystemCall.Mbind, Backbone));
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Mbind, Own));
        Assert.Equal(Refused, Judge(SystemCall.Mmap, 0, 1 << 21, 3, HugePages));
    }

    [Fact]
    public void A_descriptor_is_asked_what_a_runtime_asks_and_nothing_else()
    {
        const ulong Addresses = 0x8912, Readable = 0x541B, PeerPidDescriptor = 77, Error = 4;

        Assert.Equal(Refused, Judge(SystemCall.Ioctl, 3, Addresses));
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Ioctl, 3, Readable));
        Assert.Equal(Refused, Judge(SystemCall.Getsockopt, 3, 1, PeerPidDescriptor));
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Getsockopt, 3, 1, Error));
    }

    [Fact]
    public void The_limit_of_dumps_is_read_and_not_set()
    {
        const ulong Core = 4, Descriptors = 7, Low = 0x1000, High = 0x7fff_0000_0000;

        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Prlimit64, 0, Core, 0, Low));
        Assert.Equal(Refused, Judge(SystemCall.Prlimit64, 0, Core, Low, 0));
        Assert.Equal(Refused, Judge(SystemCall.Prlimit64, OwnPid, Core, High, 0));
        Assert.Equal(CallVerdict.Allow, Judge(SystemCall.Prlimit64, 0, Descriptors, Low, 0));
        Assert.Equal(Refused, Judge(SystemCall.Prlimit64, OwnPid + 1, Core, 0, Low));
    }

    private static uint Judge(SystemCall call, params ulong[] arguments) =>
        Run(CallFilter.Build(ConfinedKind.Sandbox, OwnPid, Program, Refused), (uint)call, X64, arguments);

    private static uint Run(ImmutableArray<BpfInstruction> code, uint call, uint architecture, ulong[] arguments)
    {
        var words = new uint[16];
        (words[0], words[1]) = (call, architecture);

        for (var i = 0; i < arguments.Length; i++)
        {
            (words[4 + (2 * i)], words[5 + (2 * i)]) = ((uint)arguments[i], (uint)(arguments[i] >> 32));
        }

        uint accumulator = 0;

        for (var at = 0; ; at++)
        {
            var instruction = code[at];

            switch (instruction.Code)
            {
                case BpfInstruction.LoadWord:
                    accumulator = words[instruction.Operand / 4];
                    break;
                case BpfInstruction.JumpIfEqual:
                    at += accumulator == instruction.Operand ? instruction.IfTrue : instruction.IfFalse;
                    break;
                case BpfInstruction.JumpIfAtLeast:
                    at += accumulator >= instruction.Operand ? instruction.IfTrue : instruction.IfFalse;
                    break;
                case BpfInstruction.JumpIfAnyBit:
                    at += (accumulator & instruction.Operand) != 0 ? instruction.IfTrue : instruction.IfFalse;
                    break;
                case BpfInstruction.Return:
                    return instruction.Operand;
                default:
                    throw new InvalidDataException($"Instruction {instruction.Code:x} at {at}.");
            }
        }
    }
}
