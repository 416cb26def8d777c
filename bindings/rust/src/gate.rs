//! What an access decides beyond utterances: roles, commands, tokens and alerts, by its one configuration.

use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use crate::access::{Access, from_json};
use crate::bytes::text;
use crate::call::{control, create, plain};
use crate::error::Result;
use crate::monitor::Alert;
use crate::role::{CommandDecision, RoleDecision};
use crate::sys;
use crate::token::{Claims, Refusal, TokenAlgorithm, TokenOptions, Tokens, verified};

impl Access {
    /// Whether a role of this configuration has a permission over a resource such as `voice/heart`.
    pub fn check_role(&self, role: &str, permission: &str, resource: &str) -> Result<RoleDecision> {
        let ((r, r_len), (p, p_len), (s, s_len)) = (parts(role), parts(permission), parts(resource));
        let mut allowed = false;
        from_json(&text(|out, err| unsafe {
            let access = self.as_ptr();
            sys::vg_access_check_role(access, r, r_len, p, p_len, s, s_len, &mut allowed, out, err)
        })?)
    }

    /// Whether a voice may give a command of this configuration, with arguments in JSON. A refusal counts as
    /// `suspicious_command` of `source`, at `now` in seconds.
    pub fn check_command(
        &self,
        name: &str,
        arguments: &str,
        source: &str,
        now: f64,
    ) -> Result<CommandDecision> {
        let ((n, n_len), (a, a_len), (s, s_len)) = (parts(name), parts(arguments), parts(source));
        let mut allowed = false;
        from_json(&text(|out, err| unsafe {
            let access = self.as_ptr();
            sys::vg_access_check_command(access, n, n_len, a, a_len, s, s_len, now, &mut allowed, out, err)
        })?)
    }

    /// Tokens that last as long, and are forgiven as much, as this configuration says. Of the options `ttl` and, where
    /// they are not 0 and not false, `leeway` and `single_use` outweigh it.
    pub fn tokens(&self, algorithm: TokenAlgorithm, key: &[u8], options: TokenOptions<'_>) -> Result<Tokens> {
        let options = options.json(true);
        let (json, len) = parts(&options);
        let call = |out, err| unsafe {
            let (access, code) = (self.as_ptr(), algorithm.code());
            sys::vg_access_tokens_new(access, code, key.as_ptr(), key.len(), json, len, out, err)
        };
        Ok(Tokens::owning(create(sys::vg_tokens_free, call)?))
    }

    /// What a token says, if it is to be believed at `now`, seconds since 1970: none is that was issued before the
    /// moment of [`Access::revoke_all`]. A refusal counts as `auth_failure` of `source`.
    pub fn verify_token(
        &self,
        tokens: &Tokens,
        token: &str,
        source: &str,
        now: u64,
    ) -> Result<std::result::Result<Claims, Refusal>> {
        let ((t, t_len), (s, s_len)) = (parts(token), parts(source));
        verified(|accepted, out, err| unsafe {
            let (access, tokens) = (self.as_ptr(), tokens.as_ptr());
            sys::vg_access_verify_token(access, tokens, t, t_len, s, s_len, now, accepted, out, err)
        })
    }

    /// Refuses, in [`Access::verify_token`], all tokens that were issued before this second. It never goes back.
    pub fn revoke_all(&self, before: u64) -> Result<()> {
        plain(unsafe { sys::vg_access_revoke_all(self.as_ptr(), before) })
    }

    /// Names who is told of each alert when it is raised, in place of whoever was: on the thread that raises it, from
    /// several threads at once if need be. It may use the access.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// let access = voxguard::Access::new(None)?;
    /// let heard = Arc::new(Mutex::new(Vec::new()));
    /// let hears = Arc::clone(&heard);
    /// access.on_alert(move |alert| hears.lock().unwrap().push(alert.source.clone()))?;
    /// for n in 0..5 {
    ///     access.record("auth_failure", "10.0.0.9", f64::from(n))?;
    /// }
    /// assert_eq!(*heard.lock().unwrap(), ["10.0.0.9"]);
    /// # Ok::<(), voxguard::Error>(())
    /// ```
    pub fn on_alert(&self, told: impl Fn(&Alert) + Send + Sync + 'static) -> Result<()> {
        let told: Box<Box<Told>> = Box::new(Box::new(told));
        let user_data = Box::into_raw(told);
        let sink = sys::vg_alert_sink_t {
            struct_size: size_of::<sys::vg_alert_sink_t>(),
            user_data: user_data.cast(),
            tell: Some(tell),
            drop: Some(drop_sink),
        };
        let taken = control(|err| unsafe { sys::vg_access_on_alert(self.as_ptr(), &sink, err) });
        if taken.is_err() {
            // Nobody took it.
            drop(unsafe { Box::from_raw(user_data) });
        }
        taken
    }

    /// Nobody is told of alerts any more.
    pub fn off_alert(&self) -> Result<()> {
        control(|err| unsafe { sys::vg_access_on_alert(self.as_ptr(), ptr::null(), err) })
    }
}

type Told = dyn Fn(&Alert) + Send + Sync;

unsafe extern "C" fn tell(user_data: *mut c_void, json: *const c_char, len: usize) {
    // A panic of the closure must not reach C; an alert that nobody could take is still among `Access::alerts`.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let told = unsafe { &*user_data.cast::<Box<Told>>() };
        let json = unsafe { std::slice::from_raw_parts(json.cast::<u8>(), len) };
        if let Ok(alert) = from_json::<Alert>(&String::from_utf8_lossy(json)) {
            told(&alert);
        }
    }));
}

unsafe extern "C" fn drop_sink(user_data: *mut c_void) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(user_data.cast::<Box<Told>>()) })));
}

fn parts(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}
