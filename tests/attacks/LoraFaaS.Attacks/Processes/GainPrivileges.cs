using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Becomes somebody else, or more than it is.</summary>
public sealed unsafe class GainPrivileges : Attack
{
    private const int SetUser = 105, SetUsers = 117, SetGroup = 106, SetGroups = 116, SetCapabilities = 126;
    private const int SetParentDeath = 1, SetNoNewPrivileges = 38, SetSecureBits = 28, CapabilityAmbient = 47, SetPtracer = 0x59616d61;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        attempts.Call("setuid(0)", () => Libc.syscall(SetUser, 0, 0, 0, 0, 0, 0));
        attempts.Call("setresuid(0)", () => Libc.syscall(SetUsers, 0, 0, 0, 0, 0, 0));
        attempts.Call("setgid(0)", () => Libc.syscall(SetGroup, 0, 0, 0, 0, 0, 0));
        attempts.Call("setgroups", () => Libc.syscall(SetGroups, 0, 0, 0, 0, 0, 0));
        attempts.Call("capset", () => Capabilities());
        attempts.Call("prctl(no_new_privs off)", () => Libc.prctl(SetNoNewPrivileges, 0, 0, 0, 0));
        attempts.Call("prctl(securebits)", () => Libc.prctl(SetSecureBits, 0, 0, 0, 0));
        attempts.Call("prctl(ambient capability)", () => Libc.prctl(CapabilityAmbient, 2, 21, 0, 0));
        attempts.Call("prctl(outlive the worker)", () => Libc.prctl(SetParentDeath, 0, 0, 0, 0));
        attempts.Call("prctl(anybody may trace me)", () => Libc.prctl(SetPtracer, -1, 0, 0, 0));
    }

    private static nint Capabilities()
    {
        var header = stackalloc uint[2] { 0x20080522, 0 };
        var all = stackalloc uint[6];
        new Span<uint>(all, 6).Fill(uint.MaxValue);
        return Libc.syscall(SetCapabilities, (nint)header, (nint)all, 0, 0, 0, 0);
    }
}
