namespace LoraFaaS.Linux.Native;

/// <summary>The errno values this project tells apart (asm-generic numbers, the same on x86-64 and arm64).</summary>
public enum Errno
{
    None = 0,
    NotPermitted = 1,
    NoSuchFile = 2,
    NoSuchProcess = 3,
    Interrupted = 4,
    BadDescriptor = 9,
    WouldBlock = 11,
    OutOfMemory = 12,
    AccessDenied = 13,
    Busy = 16,
    Exists = 17,
    InvalidArgument = 22,
    NoSpace = 28,
    NotImplemented = 38,
    BrokenPipe = 32,
    NotSupported = 95,
    ConnectionReset = 104,
}
