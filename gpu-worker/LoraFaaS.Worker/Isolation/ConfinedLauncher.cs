using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// Starts programs that are confined before their first instruction. Each gets a private folder, a socket in it that is accepted once and
/// removed, and control groups of its own; all of these go with it.
/// </summary>
internal sealed class ConfinedLauncher(
    LauncherProgram launcher, SandboxLauncher starter, IsolationStation isolation, RuntimeFolder folder, IOptions<IsolationOptions> options,
    ConfinedSurroundings around, ILogger<ConfinedLauncher> logger)
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Starts a program and waits until everything that holds it is in force.</summary>
    /// <param name="name">Unique in this worker; names its folder and its groups.</param>
    /// <param name="program">What to start.</param>
    /// <param name="cancellationToken">Ends the attempt and the process with it.</param>
    /// <exception cref="SandboxStartException">It could not be started or confined.</exception>
    public async Task<ConfinedProcess> StartAsync(string name, ConfinedProgram program, CancellationToken cancellationToken)
    {
        var home = new ConfinedHome(name, Directory.CreateDirectory(Path.Combine(folder.Path, name), Passable).FullName, isolation.Groups);

        try
        {
            return await StartAsync(home, program, cancellationToken);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException or SocketException)
        {
            home.Remove();
            throw new SandboxStartException($"The program {Path.GetFileName(program.Path)} cannot be started confined: {failure.Message}", failure);
        }
        catch
        {
            home.Remove();
            throw;
        }
    }

    private async Task<ConfinedProcess> StartAsync(ConfinedHome home, ConfinedProgram program, CancellationToken cancellationToken)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(home.SocketPath));
        File.SetUnixFileMode(home.SocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(1);

        var groups = home.MakeGroups(ConfinementPlan.Group(program));
        var confinement = ConfinementPlan.Of(
            program, isolation.Machine, home.SocketPath, launcher.FoldersOf(program), home.WritablePath, options.Value.UserBase, groups);
        var process = new Process { StartInfo = launcher.Run(confinement, program, home.WritablePath, isolation.Machine.Outer), EnableRaisingEvents = true };
        await starter.StartAsync(process);
        var owner = new ConfinedOwner();
        var output = new ConfinedOutput(home.Name, owner, process, around.Time, logger);
        var exited = process.WaitForExitAsync(CancellationToken.None);

        try
        {
            var (stream, calls) = await AcceptAsync(listener, process, exited, cancellationToken);
            File.Delete(home.SocketPath);
            var watch = calls is null
                ? null
                : new CallWatch(home.Name, owner, new CallListener(calls), new OpeningRules(confinement, process.Id), process, around.Violations, around.Time, logger);
            var resources = new ConfinedResources(
                home, owner, process.Id, program, options.Value.ProcessorShare * Environment.ProcessorCount, around.Violations, around.Time, logger);
            return new ConfinedProcess(home, owner, process, stream, exited, output, watch, resources, around, logger);
        }
        catch
        {
            await ConfinedProcess.EndAsync(process, exited);
            await output.Ended;
            process.Dispose();
            throw;
        }
    }

    private static async Task<(DescriptorStream Stream, Microsoft.Win32.SafeHandles.SafeFileHandle? Calls)> AcceptAsync(
        Socket listener, Process process, Task exited, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var greeting = GreetAsync(listener, either.Token);

        if (await Task.WhenAny(greeting, exited) == exited && !greeting.IsCompletedSuccessfully)
        {
            await either.CancelAsync();
            await greeting.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new SandboxStartException($"The program ended with exit code {process.ExitCode} before it was confined; the log has its last words.") { IsEarlyEnd = true };
        }

        try
        {
            return await greeting;
        }
        catch (Exception broken) when (broken is InvalidDataException or SocketException)
        {
            // Its end, seen on its socket before the kernel has told of it.
            throw new SandboxStartException($"The program broke off before it was confined: {broken.Message}", broken) { IsEarlyEnd = true };
        }
    }

    private static async Task<(DescriptorStream Stream, Microsoft.Win32.SafeHandles.SafeFileHandle? Calls)> GreetAsync(Socket listener, CancellationToken cancellationToken)
    {
        var socket = await listener.AcceptAsync(cancellationToken);

        try
        {
            var calls = await ListenerGreeting.ReceiveAsync(socket, cancellationToken);

            // From here on the other side is not believed: it has no business sending descriptors.
            return (new DescriptorStream(socket, maxPending: 0), calls);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
