/** The kernel as JupyterLab and Notebook hand it to widgets; other hosts have none here, and are only asked. */

/** After these the widget has no counterpart in Python any more, whatever the kernel does next. */
const LOST: ReadonlySet<string> = new Set(["restarting", "autorestarting", "terminating", "dead"]);

interface Signal<A> {
  connect(slot: (sender: unknown, args: A) => void): unknown;
  disconnect(slot: (sender: unknown, args: A) => void): unknown;
}

interface HostKernel {
  statusChanged?: Signal<string>;
  disposed?: Signal<unknown>;
}

export interface HostKernelWatch {
  /** Whether the host tells of its kernel, and whether there is none. */
  known: boolean;
  absent: boolean;
  end(): void;
}

/** Calls `lost` when the host says that the kernel has ended or begins anew. */
export function followHostKernel(model: object, lost: () => void): HostKernelWatch {
  const { widget_manager: manager } = model as { widget_manager?: { kernel?: HostKernel | null } | null };
  const known = Boolean(manager && "kernel" in manager);
  const kernel = known ? manager?.kernel : null;
  const told = (_: unknown, status: string) => {
    if (LOST.has(status)) lost();
  };
  kernel?.statusChanged?.connect(told);
  kernel?.disposed?.connect(lost);
  return {
    known,
    absent: known && kernel === null,
    end() {
      kernel?.statusChanged?.disconnect(told);
      kernel?.disposed?.disconnect(lost);
    },
  };
}
