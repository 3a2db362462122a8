using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.Gateway;

/// <summary>What the door is told at start. Nothing here changes while it runs.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>The user of the control API.</summary>
    [Required]
    [RegularExpression("^[^:]+$", ErrorMessage = "a Basic user name is not empty and holds no colon (Gateway:User)")]
    public string User { get; set; } = "admin";

    /// <summary>The file that holds the user's password; a newline at its end is not part of it.</summary>
    [Required(ErrorMessage = "name the file that holds the password of the control API (Gateway:PasswordFile)")]
    public string PasswordFile { get; set; } = "";

    /// <summary>Whether every invocation must carry an API key. Without it only namespaces that ask for keys are closed.</summary>
    public bool RequireApiKeys { get; set; }

    /// <summary>Whether invocations may come from other machines without a key. Without it such a gateway does not start.</summary>
    public bool AllowOpenInvocations { get; set; }

    /// <summary>A PEM file with the certificate and its chain, read again when it changes. With it the door speaks TLS only. Empty: plain HTTP.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The PEM file of the certificate's private key.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Where /system and /api are forwarded to: a controller, or several with commas between, of which one that answers is used.</summary>
    [Required(ErrorMessage = "give the controller's HTTP address (Gateway:ControllerHttpUrl)")]
    [ServerList(ErrorMessage = "not an absolute http address, nor several with commas between (Gateway:ControllerHttpUrl)")]
    public string ControllerHttpUrl { get; set; } = "";

    /// <summary>Where routes are watched and activations asked for; one or several, as above.</summary>
    [Required(ErrorMessage = "give the controller's gRPC address (Gateway:ControllerRpcUrl)")]
    [ServerList(ErrorMessage = "not an absolute http address, nor several with commas between (Gateway:ControllerRpcUrl)")]
    public string ControllerRpcUrl { get; set; } = "";

    /// <summary>Where /ui is forwarded to: the console's address. Empty: this gateway has no console.</summary>
    [RegularExpression("^https?://[^,/]+/?$", ErrorMessage = "not an absolute http address (Gateway:ConsoleUrl)")]
    public string ConsoleUrl { get; set; } = "";

    /// <summary>Largest body of an invocation. A prompt of 128k tokens is about 600 kB; what is larger is refused unread.</summary>
    [Range(1_024, 1L << 30)]
    public long MaxBodyBytes { get; set; } = 8L << 20;

    /// <summary>Largest body of a control request: an adapter's tar. The controller has its own limits beneath this one.</summary>
    [Range(1_024, 1L << 40)]
    public long MaxUploadBytes { get; set; } = 4L << 30;

    /// <summary>
    /// Longest the controller may be silent over a request of the control API, and its caller over what it sends or reads. Each byte begins it anew, so
    /// that a long upload passes; what the controller does in silence, taking in an adapter of many GiB, must fit in it. A followed log is bounded until
    /// its first byte only.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ControllerTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Invocations that run through this gateway at once. Each holds its prompt and a connection; beyond it they wait, in fair turns of namespaces.</summary>
    [Range(1, 1_000_000)]
    public int MaxInFlight { get; set; } = 1_024;

    /// <summary>Invocations that may wait for a place to run. Beyond it callers get 429, those first whose namespace waits in the largest numbers.</summary>
    [Range(0, 1_000_000)]
    public int MaxQueued { get; set; } = 256;

    /// <summary>Longest wait for a place. More rides out longer bursts, and keeps callers longer who will be refused in the end.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Invocations of one function that may run or wait here at once. Beyond it its callers get 429, and other functions have the rest of the door.</summary>
    [Range(1, 1_000_000)]
    public int MaxPerFunction { get; set; } = 512;

    /// <summary>Invocations that this gateway may have at one worker at once. A worker that has them is passed over; where no other can serve, callers get 429.</summary>
    [Range(1, 1_000_000)]
    public int MaxPerWorker { get; set; } = 1_024;

    /// <summary>Invocations that may wait for one cold function to wake. More holds a longer burst, and lets more callers time out together.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiters { get; set; } = 256;

    /// <summary>Generations one request may ask for: prompts × n. Each takes a sequence's place in a batch.</summary>
    [Range(1, 1_024)]
    public int MaxChoices { get; set; } = 32;

    /// <summary>Longest an invocation may take when its revision does not say, and longest its body may take to be here.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a failed placement looks for another worker, within the deadline. Long enough for a killed worker to come back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RecoveryWindow { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a fresh call waits for a controller or a first worker that is not there, as after a restart of the whole.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StartWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Activation time after which a streaming caller is told what is going on, and again after each further such time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest a connection to a worker may take to open. Workers are near: more only delays the second try.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest a worker may take to prove on a new connection that it is one. Its process must be given a processor for it: less passes over busy ones.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan ProofTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest pause between two tries to reach the controller for routes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:05:00")]
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Under this domain each function has a host of its own: <c>function.namespace.domain</c>. Empty: functions have none.</summary>
    [RegularExpression(@"^([a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*)?$", ErrorMessage = "not a domain name like functions.example.com (Gateway:Domain)")]
    public string Domain { get; set; } = "";

    /// <summary>How long the door stays open after it was told to stop, not ready any more: until those who route to it have heard.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// Gateways of one name on one machine take over from each other: one that starts is given the listening sockets of the one that serves, which finishes what it has and ends. So a restart
    /// refuses nobody. Any text; of another installation's it must differ. Empty: none hands over to another.
    /// </summary>
    [MaxLength(4_096)]
    public string Handover { get; set; } = "";

    /// <summary>After it was succeeded: how long kept connections are told with their next answer to come again elsewhere. Those that were idle for so long are closed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan LeaveDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest that a gateway which was succeeded goes on with what it has. Nobody waits for it, so that it may be long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan HandoverGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Each sockets' thread keeps to a processor of its own where there are as many of both: calls do not queue upon one beside another that is idle. False where others keep the processors busy: the kernel moves threads then.
    /// </summary>
    public bool PlaceSockets { get; set; } = true;

    /// <summary>
    /// Nice value of the sockets' threads, where the kernel lets this process lower it (CAP_SYS_NICE, or a limit of `nice`): calls do not wait for a processor behind what computes. 0: they compete with it.
    /// </summary>
    [Range(-20, 0)]
    public int SocketsNice { get; set; } = -5;

    /// <summary>
    /// vLLM's VLLM_ALLOW_RUNTIME_LORA_UPDATING: whoever can call may load and unload adapters by /v1/load_lora_adapter. Without it the control API's
    /// password is asked for, and who has none is told that there is no such path.
    /// </summary>
    public bool AllowRuntimeLoraUpdating { get; set; }

    /// <summary>The backbone that serves LoRAX requests without an adapter. Empty: the only one there is.</summary>
    public string DefaultBackbone { get; set; } = "";
}
